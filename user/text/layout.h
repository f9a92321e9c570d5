/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Text for a terminal, no wider than that: 80 columns unless layout_set_width() says otherwise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LAYOUT_WIDTH_DEFAULT 80
#define LAYOUT_WIDTH_LEAST   40 /* of a narrower terminal, lines wrap */
#define LAYOUT_WIDTH_MOST    1000

/* Columns of a line. */
size_t layout_width(void);
/* Of all text from now on; kept between LEAST and MOST. 0: the default. */
void layout_set_width(size_t columns);

/* Prints a blank line and a heading. */
void layout_title(FILE *out, const char *title, bool colour);

/*
 * Prints `unsafe`, escaped by escape_text(), and a newline. `column` columns of the first line are
 * already used. Lines break at blanks, not between a number and its unit, and within a word that is
 * longer than a line, behind a sign if it has one; later lines begin with `indent` blanks (at most
 * half the width).
 */
void layout_wrap(FILE *out, size_t column, size_t indent, const char *unsafe);

/* Prints the formatted text like layout_wrap(), from the start of a line. */
__attribute__((format(printf, 3, 4))) void layout_print(FILE *out, size_t indent,
							const char *format, ...);

/*
 * Prints the name, which is not escaped, and the text like layout_wrap() from `column` on; below
 * the name where that leaves too little room.
 */
void layout_field(FILE *out, const char *name, size_t column, const char *unsafe);

/* Appends to the text in a buffer of `size` bytes. If it does not fit, the text ends with "..." and
 * later calls append nothing. */
__attribute__((format(printf, 3, 4))) void layout_append(char *text, size_t size,
							 const char *format, ...);

/* Cuts text to `width` columns (two at least); cut text ends with "..". */
void layout_cut(char *text, size_t width);
