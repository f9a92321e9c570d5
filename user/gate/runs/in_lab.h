/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes one run per side in the lab, where that is exact. */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/* If `base` is not NULL, it is A, and only B is taken. Returns as gate_live() does. */
int gate_in_lab(const struct gate_options *o, const struct run *base, size_t base_count,
		struct gate_report *report, struct fault *why);

/* Takes a run of A into the memory file *fd; close it. Returns as gate_live() does. */
int gate_lab_run(const struct gate_options *o, int *fd, struct fault *why);
