/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The order in which samples are taken. Machines drift during a run, so the
 * samples of a cell are split into blocks, and each round takes one block of every
 * cell, in a new random order. Pure: the same input gives the same plan on every
 * machine.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* One row of the input: take `runs` samples of `cell` while `probe_set` (any number) is attached.
 */
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
 * Splits the wanted samples into `rounds` rounds. Within a round, all blocks of one probe set are
 * adjacent, because attaching is slow. Probe sets ascend in even rounds and descend in odd ones
 * (ABBA), so that linear drift cancels. A want with fewer runs than rounds takes one sample in each
 * of the first `runs` rounds.
 *
 * Returns 0 and a malloc'ed array of *count blocks, or -EINVAL (rounds is 0) or -ENOMEM.
 */
int plan_make(const struct plan_want *wants, size_t want_count, unsigned int rounds, uint64_t seed,
	      struct plan_block **blocks, size_t *count);

/*
 * How many of `runs` samples the first `round` of all `rounds` take. Each takes the same share, the
 * first ones one of the remainder each.
 */
size_t plan_before(size_t runs, size_t rounds, size_t round);

/* SplitMix64 (Steele, Lea, Flood 2014), the plan's random numbers. Advances *state. */
uint64_t plan_random(uint64_t *state);
