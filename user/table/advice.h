/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What to do about the births of a profile, and why they are forks, as text. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/model/calibration.h"

/*
 * Prints a line for each piece of advice about the first `top` groups, the most saved first;
 * nothing if there is none. `c` may be NULL. 0 or -ENOMEM.
 */
int advice_print(const struct groups *g, size_t top, const struct calibration *c, const char *clock,
		 FILE *out, bool colour);

/*
 * By stack: prints for each of the first `top` groups that is of forks the calls that made it, and
 * the condition that forced them, with its sources. Otherwise how to see that, if a change is
 * worth it. 0 or -ENOMEM.
 */
int forced_print(const struct groups *g, size_t top, FILE *out, bool colour);
