/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The grid that all claims share, and the run of `spawnscope bench` that measures it. */
#pragma once

#include <stdbool.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"

/* How much is measured. */
enum claims_effort { EFFORT_FULL, EFFORT_QUICK, EFFORT_LAB, EFFORT_COUNT };

struct suite_options {
	unsigned int cells; /* of enum claim_cells; 0: only what a run must have */
	enum claims_effort effort;
	bool quiet; /* no progress */
};

/*
 * Measures the cells, without probes, by a process of its own, and reads the run. 0, or -errno with
 * one line in `why`; -ECANCELED with an empty line if that process has said why; -EINTR if we were
 * interrupted.
 */
int suite_measure(const struct suite_options *o, struct run *r, struct fault *why);
