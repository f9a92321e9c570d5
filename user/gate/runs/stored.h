/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compares runs from files and baselines, and saves baselines. */
#pragma once

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/* These return 0, or -errno with one line in `why`, which may stay empty for -ENOMEM. */

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
