/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The order in which samples are taken. Machines drift within a run, so no cell
 * is taken in one go: samples come in blocks, and each round takes a block of
 * every cell in an order shuffled anew. Pure: the same input gives the same
 * plan on every machine.
 */
#ifndef SPAWNSCOPE_PLAN_H
#define SPAWNSCOPE_PLAN_H

#include <stddef.h>
#include <stdint.h>

/* One row of the input: `runs` samples of `cell` are wanted with `probe_set` attached. */
struct plan_want {
	unsigned int cell;
	unsigned int probe_set;
	unsigned int runs;
};

struct plan_block {
	unsigned int cell;
	unsigned int probe_set;
	unsigned int runs;
};

/*
 * Splits what is wanted into `rounds` rounds. Within a round all blocks of one probe_set stand
 * together, since changing what is attached is slow; the probe_sets come in ascending order in
 * even rounds and descending in odd ones (ABBA), so that a steady drift favours none. Wants with
 * fewer runs than rounds take part in the first `runs` rounds with one sample each.
 *
 * Returns 0 and a malloc'ed array of *count blocks, or -EINVAL (rounds is 0) or -ENOMEM.
 */
int plan_make(const struct plan_want *wants, size_t want_count, unsigned int rounds, uint64_t seed,
	      struct plan_block **blocks, size_t *count);

/* SplitMix64 (Steele, Lea, Flood 2014): the plan's random numbers; advances *state. */
uint64_t plan_random(uint64_t *state);

#endif
