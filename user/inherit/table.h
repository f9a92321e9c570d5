/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The matrix for a terminal. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/inherit/matrix.h"

struct inherit_view {
	bool colour;
	bool all;    /* all rows of all tables, and how each property is tested */
	bool chosen; /* methods were chosen: all of them in one table */
};

/* 0 or -errno. */
int inherit_print(const struct matrix *x, const struct inherit_view *view, FILE *out);
