/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs of other links of A's program: how far its exact metrics move by layout alone. */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/gate/options.h"
#include "user/model/run.h"

struct pads {
	struct run *runs;
	size_t count;
};

/*
 * Gets them, if the options have --pads: in the lab a run of each program of that folder, all in
 * one guest; else the runs in that file, which --keep wrote. 0 or -errno with one line in `why`, as
 * gate_take(). Free `p` in either case.
 */
int gate_get_pads(const struct gate_options *o, struct pads *p, struct fault *why);
void gate_free_pads(struct pads *p);
