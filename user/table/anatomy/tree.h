/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints an anatomy for a terminal: the answer, the tree of calls, the phases. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/model/run.h"

struct anatomy_table {
	bool colour;
	bool all; /* also what carries less than 1 % of the birth */
};

/* `cell`: the same as bench measured it, or NULL. No line is wider than layout_width(). 0 or
 * -errno. */
int table_anatomy(const struct call_tree *t, const struct cell *cell, const struct anatomy_table *o,
		  FILE *out);

/* All anatomies of a run. 0 or -errno. */
int table_anatomies(const struct run *r, const struct anatomy_table *o, FILE *out);
