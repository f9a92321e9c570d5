/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text in 80 columns. What comes from a run must have gone through escape_text() before.
 */
#ifndef SPAWNSCOPE_LAYOUT_H
#define SPAWNSCOPE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LAYOUT_WIDTH 80

/* A blank line and a heading. */
void layout_title(FILE *out, const char *title, bool colour);

/*
 * Prints `text` and a newline where `column` columns of the line are taken already. It is broken
 * at blanks, and in a word longer than a line; further lines begin with `indent` blanks (at most
 * half the width).
 */
void layout_wrap(FILE *out, size_t column, size_t indent, const char *text);

/* Appends to the text in a buffer of `size` bytes. Of what does not fit, the whole characters that
 * do and then "...", after which nothing more is appended. */
__attribute__((format(printf, 3, 4))) void layout_append(char *text, size_t size,
							 const char *format, ...);

/* Shortens text to `width` columns, two at least, with ".." at the end if anything was cut off. */
void layout_cut(char *text, size_t width);

/*
 * A table whose first columns, the labels, say what a row is about. Columns that do not fit beside
 * them go into a further table below, with the labels again.
 */
struct sheet;

struct sheet *sheet__new(size_t labels); /* NULL: out of memory */

enum {
	SHEET_RIGHT = 1,    /* numbers */
	SHEET_OPTIONAL = 2, /* left out if every row has "-" */
	SHEET_WIDE = 4,	    /* a label that has room, few columns being beside it */
};

/*
 * Adds a column, before the first row. This and sheet__add run out of memory silently: the sheet
 * keeps that in mind, and sheet__print returns it.
 */
void sheet__column(struct sheet *s, const char *name, int flags);

/* Adds the next cell of the current row, or the first of a new one. Long labels are cut. */
__attribute__((format(printf, 2, 3))) void sheet__add(struct sheet *s, const char *format, ...);

/* Prints nothing if there is no row, or no column but labels. 0 or -errno. */
int sheet__print(struct sheet *s, const char *title, FILE *out, bool colour);

void sheet__free(struct sheet *s);

#endif
