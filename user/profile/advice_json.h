/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lines `advice` and `forced` of profile --json; results/README.md documents them. */
#pragma once

#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/model/calibration.h"

/*
 * Writes what to do about the first `top` groups, in the order of the summary and all of it, then
 * why they are forks, if they are grouped by stack. `c` may be NULL. 0 or -errno.
 */
int advice_write_json(const struct groups *g, size_t top, const struct calibration *c,
		      const char *clock, FILE *out);
