/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: the cells of a table (columns.h), and a line of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define GRID_COLUMNS_MAX 64
#define GRID_GAP	 2 /* blanks between columns */

struct column {
	char *name;
	int flags;
	size_t widest; /* of its texts */
	size_t width;  /* as printed */
	bool filled;   /* some row has a value, not "-" */
};

struct columns {
	struct column columns[GRID_COLUMNS_MAX];
	size_t count;
	size_t labels; /* the first columns */
	char **cells;  /* row by row */
	size_t cell_count;
	int error;
};

/* Whether the column is printed. */
bool grid__shows(const struct columns *s, size_t column);

/*
 * Prints the `count` chosen columns of a row, or their names for NULL, after `indent` blanks.
 * Blanks stand only before text, so that no line ends with any.
 */
void grid__print_line(const struct columns *s, char *const *cells, const size_t *chosen,
		      size_t count, size_t indent, FILE *out);

/*
 * Cuts the texts of a column to `width` columns, so that rows which differ still do. 0 or -ENOMEM.
 */
int grid__cut_column(struct columns *s, size_t column, size_t width);
