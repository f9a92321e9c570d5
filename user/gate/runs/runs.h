/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Compares runs: those that files and baselines hold, or new ones. All return 0, or -errno with one
 * line in `why`, which stays empty if it was already printed and may stay empty for -ENOMEM.
 */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/accept.h"
#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/* Reads a run. Refuses a truncated one without --truncated. */
int gate_read_run(const struct gate_options *o, const char *path, struct run *r, struct fault *why);

/*
 * Reads the file of accepted changes that the options name, or the usual one of this folder if it
 * is there: before anything is measured, since a bad line must not cost minutes.
 */
int gate_read_accept(const struct gate_options *o, struct gate_accept *a, struct fault *why);

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

/* In place of an error: a run of B did not end in time, and the report has the verdict. */
#define GATE_LATE 1

/* Whether a run, or a block of its samples, reached its time limit. */
bool gate_reached_limit(int err);

/*
 * A run of B reached this time limit, as `why` says. True, with a regression as the report: no run
 * of A took half of it. `ms_of_a`: the longest run of A; 0: there was none, so nothing is known.
 */
bool gate_is_late(unsigned int limit_s, int64_t ms_of_a, const struct fault *why,
		  struct gate_report *report);

/*
 * Takes one run per side in the lab, where that is exact. If `base` is not NULL, it is A, and only
 * B is taken.
 */
int gate_in_lab(const struct gate_options *o, const struct run *base, size_t base_count,
		struct gate_report *report, struct fault *why);

/* Takes a run of A in the lab into the memory file *fd; close it. */
int gate_lab_run(const struct gate_options *o, int *fd, struct fault *why);
