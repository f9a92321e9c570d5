/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A text table. Not libsmartcols: the lab's static build needs a static library. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct grid;

struct grid_column {
	const char *name;
	bool right; /* aligned right: numbers */
};

/* Copies the names. NULL: out of memory. */
struct grid *grid__new(const struct grid_column *columns, size_t count);
/* Adds a row of `count` cells, escaped by escape_text(); NULL is an empty cell. 0 or -ENOMEM. */
int grid__row(struct grid *g, const char *const *cells);
/* Prints a heading and the rows, two blanks between columns; nothing without rows. 0 or -errno. */
int grid__print(struct grid *g, FILE *out);
void grid__free(struct grid *g);
