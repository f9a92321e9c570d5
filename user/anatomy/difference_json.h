/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The difference of two anatomies as an object: results/README.md has its fields. */
#pragma once

#include <jansson.h>

#include "user/analysis/calls/start.h"
#include "user/analysis/calls/tree_diff.h"

/* `names`: what A and B are to the user. NULL: out of memory. */
json_t *difference_json(const struct tree_diff *d, const struct start_diff *starts,
			const char *const names[2]);
