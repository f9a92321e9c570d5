/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs that the gate takes itself: each a fresh `spawnscope bench`, here or in the lab. */
#ifndef SPAWNSCOPE_GATE_RUNS_H
#define SPAWNSCOPE_GATE_RUNS_H

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/*
 * Takes runs of A and B in turn, in an order shuffled anew for every two pairs (ABBA or BAAB), and
 * decides at each look; a regression must show again in as many fresh pairs. Counts come first,
 * from traced runs with a fixed address space, where this process may trace. 0 and a report, or
 * -errno with one line in `why` (empty: it was said already).
 */
int gate_live(const struct gate_options *o, struct gate_report *report, struct fault *why);

/* Runs that --ab has kept, of `planned` pairs at most. What is used of them is left empty. */
struct gate_stored {
	struct run *a, *b;
	size_t count_a, count_b;
	unsigned int planned;
};

/* Decides the same again from these, look by look, as far as they go. */
int gate_replay(const struct gate_options *o, struct gate_stored *stored,
		struct gate_report *report, struct fault *why);

/*
 * The same in the lab: one run of each, which is exact. With `base` (may be NULL) it is A, and only
 * B is taken.
 */
int gate_in_lab(const struct gate_options *o, const struct run *base, size_t base_count,
		struct gate_report *report, struct fault *why);

/* Takes one run of A in the lab and leaves it in the memory file *fd; close it. */
int gate_lab_run(const struct gate_options *o, int *fd, struct fault *why);

#endif
