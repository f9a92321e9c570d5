/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The lines `whatif` of profile --json; results/README.md documents them. */
#pragma once

#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/model/calibration.h"

/* Writes the estimates of the first `top` groups. `c` may be NULL. 0 or -errno. */
int whatif_write_json(const struct groups *g, size_t top, const struct calibration *c,
		      const char *clock, FILE *out);
