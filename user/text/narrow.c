// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/narrow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/grid.h"
#include "user/text/layout.h"
#include "user/text/strbuf.h"
#include "user/text/utf8.h"

#define INDENT	       2
#define COLUMNS_INDENT 1 /* five times, such as bench's, fit 40 columns */

/* Longer labels are cut, in lines of less: a path or a stack takes two lines of 40. */
#define LABEL_MOST 80

/* The columns that are printed besides the labels. Returns how many. */
static size_t values_of(const struct columns *s, size_t *chosen)
{
	size_t count = 0;

	for (size_t i = s->labels; i < s->count; i++) {
		if (grid__shows(s, i))
			chosen[count++] = i;
	}
	return count;
}

bool narrow__fits(const struct columns *s)
{
	size_t chosen[GRID_COLUMNS_MAX], count = values_of(s, chosen), width = 0;

	for (size_t i = 0; i < count; i++)
		width += (i ? GRID_GAP : COLUMNS_INDENT) + s->columns[chosen[i]].width;
	return width <= layout_width();
}

/* Labels stand in columns if a line has room for them all. */
static bool labels_fit(const struct columns *s)
{
	size_t width = 0;

	for (size_t i = 0; i < s->labels; i++)
		width += (i ? GRID_GAP : 0) + s->columns[i].width;
	return width <= layout_width();
}

static int print_labels(const struct columns *s, char *const *cells, bool fit, FILE *out)
{
	size_t chosen[GRID_COLUMNS_MAX];
	struct strbuf line = {0};

	for (size_t i = 0; i < s->labels; i++) {
		const char *text = cells ? cells[i] : s->columns[i].name;

		chosen[i] = i;
		strbuf__add(&line, "%s%s", line.length && *text ? ": " : "", text);
	}
	if (fit)
		grid__print_line(s, cells, chosen, s->labels, 0, out);
	else
		layout_wrap(out, 0, 1, strbuf__text(&line));
	fit = line.failed;
	strbuf__free(&line);
	return fit ? -ENOMEM : 0;
}

/*
 * Prints "CALL 47.0 us" and moves *column on: the end of the line so far, 0 before its first pair.
 * Every pair stands behind INDENT blanks, at the start of a line or not.
 */
static void print_pair(const char *pair, size_t *column, FILE *out)
{
	size_t width = INDENT + utf8_width(pair);

	if (*column && *column + width > layout_width()) {
		fputc('\n', out);
		*column = 0;
	}
	fprintf(out, "%*s", INDENT, "");
	if (width > layout_width()) {
		layout_wrap(out, INDENT, 2 * INDENT, pair);
		return;
	}
	fputs(pair, out);
	*column += width;
}

/* Prints "CALL 47.0 us  P90 52.4 us": what the row has, each with its name. */
static int print_pairs(const struct columns *s, char *const *cells, const size_t *chosen,
		       size_t count, FILE *out)
{
	size_t column = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = cells[chosen[i]];
		char *pair = NULL;

		if (!*text || !strcmp(text, "-"))
			continue;
		if (asprintf(&pair, "%s %s", s->columns[chosen[i]].name, text) < 0)
			return -ENOMEM;
		print_pair(pair, &column, out);
		free(pair);
	}
	if (column)
		fputc('\n', out);
	return 0;
}

static int print_row(const struct columns *s, char *const *cells, bool in_columns, FILE *out)
{
	size_t chosen[GRID_COLUMNS_MAX], count = values_of(s, chosen);

	if (!in_columns)
		return print_pairs(s, cells, chosen, count, out);
	grid__print_line(s, cells, chosen, count, COLUMNS_INDENT, out);
	return 0;
}

/* Repeats the labels of the row above: each of a row's first ones that is empty. */
static int repeat_labels(struct columns *s, size_t row)
{
	char **cells = s->cells + row * s->count;
	char *const *above = row ? cells - s->count : NULL;

	for (size_t i = 0; row && i < s->labels && !*cells[i]; i++) {
		char *copy = strdup(above[i]);

		if (!copy)
			return -ENOMEM;
		free(cells[i]);
		cells[i] = copy;
	}
	return 0;
}

static int cut_labels(struct columns *s)
{
	size_t most = layout_width() > LABEL_MOST ? layout_width() : LABEL_MOST;
	int err = 0;

	for (size_t i = 0; i < s->labels && !err; i++) {
		s->columns[i].width = s->columns[i].widest < most ? s->columns[i].widest : most;
		err = grid__cut_column(s, i, most);
	}
	return err;
}

int narrow__print(struct columns *s, FILE *out)
{
	bool in_columns = narrow__fits(s), fit;
	int err = cut_labels(s);

	fit = labels_fit(s);
	if (!err)
		err = print_labels(s, NULL, fit, out);
	if (!err && in_columns)
		err = print_row(s, NULL, true, out);
	for (size_t row = 0; row < s->cell_count / s->count && !err; row++) {
		char *const *cells = s->cells + row * s->count;

		err = repeat_labels(s, row);
		if (!err)
			err = print_labels(s, cells, fit, out);
		if (!err)
			err = print_row(s, cells, in_columns, out);
	}
	return err;
}
