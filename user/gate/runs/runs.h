/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compares runs: those that files and baselines hold, or new ones. All return 0, or -errno with one
 * line in `why`, which stays empty if it was already printed and may stay empty for -ENOMEM.
 */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/* Reads a run. Refuses a truncated one without --truncated. */
int gate_read_run(const struct gate_options *o, const char *path, struct run *r, struct fault *why);

/* Compares the named runs: again as --ab did if it kept them, else all at once. */
int gate_compare_stored(const struct gate_options *o, struct gate_report *report,
			struct fault *why);

/* Compares the baseline with the named runs, or with a new run in the lab. */
int gate_compare_baseline(const struct gate_options *o, struct gate_report *report,
			  struct fault *why);

/* Saves the named runs, or a new run in the lab, as a baseline, and prints that. */
int gate_save_baseline(const struct gate_options *o, struct fault *why);

/*
 * Takes runs of A and B in turn, each by a fresh `spawnscope bench`, and decides look by look.
 * Every two pairs are in ABBA or BAAB order, at random. A regression must reproduce in as many
 * fresh pairs. If this process may trace, counts are compared first, from traced runs without ASLR.
 */
int gate_live(const struct gate_options *o, struct gate_report *report, struct fault *why);

/* Runs that `gate --ab --keep` kept, of `planned` pairs at most. Those that are used become empty.
 */
struct gate_stored {
	struct run *a, *b;
	size_t count_a, count_b;
	unsigned int planned;
};

/* Decides again from kept runs, look by look, as far as they go. */
int gate_replay(const struct gate_options *o, struct gate_stored *stored,
		struct gate_report *report, struct fault *why);

/*
 * Takes one run per side in the lab, where that is exact. If `base` is not NULL, it is A, and only
 * B is taken.
 */
int gate_in_lab(const struct gate_options *o, const struct run *base, size_t base_count,
		struct gate_report *report, struct fault *why);

/* Takes a run of A in the lab into the memory file *fd; close it. */
int gate_lab_run(const struct gate_options *o, int *fd, struct fault *why);
