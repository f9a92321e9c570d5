/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A table for a terminal of 80 columns. Its first columns, the labels, say what a row is about.
 * Columns that do not fit go into another table below, which repeats the labels.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct columns;

struct columns *columns__new(size_t labels); /* NULL: out of memory */

enum {
	COLUMNS_RIGHT = 1,    /* numbers */
	COLUMNS_OPTIONAL = 2, /* left out if all rows have "-" */
	COLUMNS_WIDE = 4,     /* a label with more room: few columns follow */
};

/*
 * Adds a column; do so before adding cells. If this or columns__add runs out of memory,
 * columns__print returns the error.
 */
void columns__column(struct columns *s, const char *name, int flags);

/*
 * Adds the next cell of the current row, or the first of a new row. Cells are escaped by
 * escape_text(); long labels are cut.
 */
__attribute__((format(printf, 2, 3))) void columns__add(struct columns *s, const char *format, ...);

/* Prints the table; nothing without rows, or with labels only. 0 or -errno. */
int columns__print(struct columns *s, const char *title, FILE *out, bool colour);

void columns__free(struct columns *s);
