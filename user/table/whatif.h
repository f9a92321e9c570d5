/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the births of a profile might have cost by another method, as text. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/model/calibration.h"

/* Prints the estimates that are worth a line, for the first `top` groups. `c` may be NULL. */
void whatif_print(const struct groups *g, size_t top, const struct calibration *c,
		  const char *clock, FILE *out, bool colour);
