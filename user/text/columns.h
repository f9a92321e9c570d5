/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A table for a terminal (layout_width()). Its first columns, the labels, say what a row is about.
 * Where the others do not fit beside them, they stand in a line below them; where they need more
 * lines, in a second table that repeats the labels, or below them with their names. Not
 * libsmartcols: the lab's static build needs a static library.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct columns;

/* NULL: out of memory. The other functions accept that: check only columns__finish(). */
struct columns *columns__new(void);

enum {
	COLUMNS_RIGHT = 1,    /* numbers */
	COLUMNS_OPTIONAL = 2, /* left out if all rows have "-" */
	COLUMNS_LABEL = 4,    /* these come first */
	COLUMNS_WIDE = 8,     /* a label with more room: few columns follow */
};

/* Adds columns; NULL ends their names. Do so before adding cells. */
void columns__head(struct columns *s, int flags, ...) __attribute__((sentinel));

/*
 * Adds the next cell of the current row, or the first of a new row. Cells are escaped by
 * escape_text(). Labels that leave no room are cut, and those that differ still do.
 */
__attribute__((format(printf, 2, 3))) void columns__add(struct columns *s, const char *format, ...);

/* Cells in a dozen columns at most; "-" for NAN. */
void columns__add_number(struct columns *s, double number);
void columns__add_time(struct columns *s, double ns, const char *clock);

/*
 * How many columns another column could have beside all others; 0 if these need more than one part.
 */
size_t columns__room(struct columns *s);

/*
 * Leaves the last column out unless the whole table fits into one part. Returns whether it is
 * shown.
 */
bool columns__keep_last(struct columns *s);

void columns__free(struct columns *s); /* NULL is fine */

/*
 * Prints the table and frees it; nothing without rows, or with labels only. `title` may be NULL.
 * 0 or -errno.
 */
int columns__finish(struct columns *s, const char *title, FILE *out, bool colour);
