/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A text table: the program is linked statically for the lab, too, and no static libsmartcols
 * exists. */
#ifndef SPAWNSCOPE_GRID_H
#define SPAWNSCOPE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct grid;

struct grid_column {
	const char *name;
	bool right; /* numbers */
};

/* Copies the names. NULL: out of memory. */
struct grid *grid__new(const struct grid_column *columns, size_t count);
/* Adds a row of `count` cells; NULL cells are empty. escape_text() makes text fit to be one. */
int grid__row(struct grid *g, const char *const *cells);
/* A heading and the rows, two blanks apart; nothing if there is no row. 0 or -errno. */
int grid__print(struct grid *g, FILE *out);
void grid__free(struct grid *g);

#endif
