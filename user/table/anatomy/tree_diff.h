/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints the difference of two anatomies for a terminal: the answer, then tables. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/calls/start.h"
#include "user/analysis/calls/tree_diff.h"

/*
 * The sentence, what both sides are (`names`: to the user, NULL: not known), the program's own
 * start by stages (if there is one), functions and paths, the largest change first: those with at
 * least 1 % of the changes' sum, or `all`. 0 or -errno.
 */
int table_tree_diff(const struct tree_diff *d, const struct start_diff *starts,
		    const char *const names[2], bool all, FILE *out, bool colour);

/* One anatomy's program from exec to exit by stages; nothing if it has no such part. 0 or -errno.
 */
int table_start(const struct start *s, FILE *out, bool colour);
