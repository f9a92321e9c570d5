// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/columns.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define COLUMNS_MAX 32
#define GAP	    2

/* Two labels of full width leave room for any column. */
#define FIRST_LABEL_WIDTH 30
#define LABEL_WIDTH	  20
#define WIDE_LABEL_WIDTH  44

struct column {
	char *name;
	int flags;
	size_t width;
	bool filled; /* some row has a value, not "-" */
};

struct columns {
	struct column columns[COLUMNS_MAX];
	size_t count;
	size_t labels;
	char **cells; /* row by row */
	size_t cell_count;
	int error;
};

struct columns *columns__new(size_t labels)
{
	struct columns *s = calloc(1, sizeof(*s));

	if (s)
		s->labels = labels;
	return s;
}

void columns__head(struct columns *s, int flags, ...)
{
	const char *name;
	va_list names;

	va_start(names, flags);
	while (s && !s->error && (name = va_arg(names, const char *))) {
		struct column *column = &s->columns[s->count];

		if (s->count == COLUMNS_MAX) {
			s->error = -E2BIG;
			break;
		}
		*column = (struct column){strdup(name), flags, utf8_width(name), false};
		if (column->name)
			s->count++;
		else
			s->error = -ENOMEM;
	}
	va_end(names);
}

static int append(struct columns *s, char *text)
{
	char **cells = s->cells;

	if ((s->cell_count & (s->cell_count - 1)) == 0) { /* full: double it */
		cells = reallocarray(cells, s->cell_count ? 2 * s->cell_count : 1, sizeof(*cells));
		if (!cells)
			return -ENOMEM;
		s->cells = cells;
	}
	cells[s->cell_count++] = text;
	return 0;
}

void columns__add(struct columns *s, const char *format, ...)
{
	struct column *column;
	size_t index, width;
	char *text = NULL, *raw = NULL;
	va_list args;

	if (!s || s->error)
		return;
	va_start(args, format);
	if (vasprintf(&raw, format, args) < 0)
		raw = NULL;
	va_end(args);
	if (raw)
		text = escape_copy(raw);
	free(raw);
	index = s->cell_count % s->count;
	if (text && index < s->labels)
		layout_cut(text, s->columns[index].flags & COLUMNS_WIDE ? WIDE_LABEL_WIDTH
				 : index == 0				? FIRST_LABEL_WIDTH
									: LABEL_WIDTH);
	if (!text || append(s, text) != 0) {
		free(text);
		s->error = -ENOMEM;
		return;
	}
	column = &s->columns[index];
	width = utf8_width(text);
	if (width > column->width)
		column->width = width;
	if (strcmp(text, "-"))
		column->filled = true;
}

void columns__add_number(struct columns *s, double number)
{
	if (!isfinite(number))
		columns__add(s, "-");
	else if (fabs(number) >= 1e9)
		columns__add(s, "%.3g", number);
	else
		columns__add(s, "%.*f", number == floor(number) ? 0 : 1, number);
}

void columns__add_time(struct columns *s, double ns, const char *clock)
{
	columns__add(s, "%s", text_plain_time(ns, clock).text);
}

static bool is_shown(const struct column *column)
{
	return column->filled || !(column->flags & COLUMNS_OPTIONAL);
}

/*
 * Chooses the columns of the next part: the labels, then columns from *next on that fit, at most
 * `limit`. Returns how many columns there are besides the labels.
 */
static size_t choose_columns(const struct columns *s, size_t limit, size_t *next, size_t *chosen)
{
	size_t count = 0, width = 0;

	for (size_t i = 0; i < s->labels; i++) {
		chosen[i] = i;
		width += s->columns[i].width + GAP;
	}
	for (; *next < s->count && count < limit; ++*next) {
		const struct column *column = &s->columns[*next];

		if (!is_shown(column))
			continue;
		if (width + column->width > LAYOUT_WIDTH && count > 0)
			break;
		chosen[s->labels + count++] = *next;
		width += column->width + GAP;
	}
	return count;
}

/* Columns per part, so that all parts are about equally wide. */
static size_t balanced_limit(const struct columns *s)
{
	size_t chosen[COLUMNS_MAX], next = s->labels, count, columns = 0, parts = 0;

	while ((count = choose_columns(s, COLUMNS_MAX, &next, chosen)) > 0) {
		columns += count;
		parts++;
	}
	return parts ? (columns + parts - 1) / parts : 0;
}

bool columns__keep_last(struct columns *s)
{
	size_t chosen[COLUMNS_MAX], next;
	struct column *last;

	if (!s || s->error)
		return false;
	next = s->labels;
	last = &s->columns[s->count - 1];
	choose_columns(s, COLUMNS_MAX, &next, chosen);
	if (next < s->count) {
		last->flags |= COLUMNS_OPTIONAL;
		last->filled = false;
	}
	return is_shown(last);
}

/* A row, or the names for NULL. Blanks stand only before text, so that no line ends with any. */
static void print_line(const struct columns *s, char *const *cells, const size_t *chosen,
		       size_t count, FILE *out)
{
	size_t blanks = 0;

	for (size_t i = 0; i < count; i++) {
		const struct column *column = &s->columns[chosen[i]];
		const char *text = cells ? cells[chosen[i]] : column->name;
		size_t pad = column->width - utf8_width(text);
		bool right = column->flags & COLUMNS_RIGHT;

		if (*text) {
			fprintf(out, "%*s%s", (int)(blanks + (right ? pad : 0)), "", text);
			blanks = right ? 0 : pad;
		} else {
			blanks += column->width;
		}
		blanks += GAP;
	}
	fputc('\n', out);
}

static int print(const struct columns *s, const char *title, FILE *out, bool colour)
{
	size_t chosen[COLUMNS_MAX], next = s->labels, limit = balanced_limit(s), count;
	bool continued = false;
	int err = s->error;

	if (s->cell_count == 0)
		return err;
	errno = 0;
	while (!err && (count = choose_columns(s, limit, &next, chosen)) > 0) {
		if (continued)
			fputc('\n', out);
		else if (title)
			layout_title(out, title, colour);
		continued = true;
		print_line(s, NULL, chosen, s->labels + count, out);
		for (size_t first = 0; first + s->count <= s->cell_count; first += s->count)
			print_line(s, s->cells + first, chosen, s->labels + count, out);
		if (ferror(out))
			err = errno ? -errno : -EIO;
	}
	return err;
}

int columns__finish(struct columns *s, const char *title, FILE *out, bool colour)
{
	int err;

	if (!s)
		return -ENOMEM;
	err = print(s, title, out, colour);
	for (size_t i = 0; i < s->cell_count; i++)
		free(s->cells[i]);
	free(s->cells);
	for (size_t i = 0; i < s->count; i++)
		free(s->columns[i].name);
	free(s);
	return err;
}
