// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/columns.h"
#include "user/text/escape.h"
#include "user/text/grid.h"
#include "user/text/layout.h"
#include "user/text/narrow.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

/* A table in more parts is hard to read: its rows then stand below their labels. */
#define PARTS_MOST 2

/* Where the whole table does not fit, longer labels are cut: of 80 columns, more of wider lines. */
#define FIRST_LABEL_WIDTH 30
#define LABEL_WIDTH	  20
#define WIDE_LABEL_WIDTH  44
/* No label is cut to less: names of phases stay whole. */
#define LABEL_LEAST 12

struct columns *columns__new(void)
{
	return calloc(1, sizeof(struct columns));
}

void columns__head(struct columns *s, int flags, ...)
{
	const char *name;
	va_list names;

	va_start(names, flags);
	while (s && !s->error && (name = va_arg(names, const char *))) {
		struct column *column = &s->columns[s->count];

		if (s->count == GRID_COLUMNS_MAX) {
			s->error = -E2BIG;
			break;
		}
		*column = (struct column){strdup(name), flags, utf8_width(name), utf8_width(name),
					  false};
		if (!column->name) {
			s->error = -ENOMEM;
			break;
		}
		s->count++;
		if (flags & COLUMNS_LABEL)
			s->labels = s->count;
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
	if (!text || append(s, text) != 0) {
		free(text);
		s->error = -ENOMEM;
		return;
	}
	column = &s->columns[index];
	width = utf8_width(text);
	if (width > column->widest)
		column->width = column->widest = width;
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

static size_t label_limit(const struct columns *s, size_t label)
{
	size_t of_80 = s->columns[label].flags & COLUMNS_WIDE ? WIDE_LABEL_WIDTH
		       : label == 0			      ? FIRST_LABEL_WIDTH
							      : LABEL_WIDTH;

	return layout_width() > 80 ? of_80 * layout_width() / 80 : of_80;
}

/* The label that takes most columns and can be cut further; `labels` if there is none. */
static size_t widest_label(const struct columns *s)
{
	size_t widest = s->labels;

	for (size_t i = 0; i < s->labels; i++) {
		if (s->columns[i].width > LABEL_LEAST &&
		    (widest == s->labels || s->columns[i].width > s->columns[widest].width))
			widest = i;
	}
	return widest;
}

/*
 * Decides how wide the labels are: whole if the table fits, else so that any column fits. Returns
 * whether it does.
 */
static bool fit_labels(struct columns *s)
{
	size_t labels = 0, others = 0, most = 0, i;

	for (i = 0; i < s->count; i++) {
		const struct column *column = &s->columns[i];

		if (i < s->labels) {
			labels += column->widest + GRID_GAP;
		} else if (grid__shows(s, i)) {
			others += column->width + (others ? GRID_GAP : 0);
			most = column->width > most ? column->width : most;
		}
	}
	for (i = 0; i < s->labels; i++) {
		struct column *column = &s->columns[i];
		size_t limit = label_limit(s, i);

		column->width = column->widest;
		if (labels + others > layout_width() && column->width > limit) {
			labels -= column->width - limit;
			column->width = limit;
		}
	}
	while (labels + most > layout_width() && (i = widest_label(s)) < s->labels) {
		s->columns[i].width--;
		labels--;
	}
	return labels + most <= layout_width();
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
		width += s->columns[i].width + GRID_GAP;
	}
	for (; *next < s->count && count < limit; ++*next) {
		const struct column *column = &s->columns[*next];

		if (!grid__shows(s, *next))
			continue;
		if (width + column->width > layout_width() && count > 0)
			break;
		chosen[s->labels + count++] = *next;
		width += column->width + GRID_GAP;
	}
	return count;
}

static bool cuts_labels(const struct columns *s)
{
	for (size_t i = 0; i < s->labels; i++) {
		if (s->columns[i].width < s->columns[i].widest)
			return true;
	}
	return false;
}

/* How many parts there are, and columns besides the labels; 0 if a column fits into none. */
static size_t count_parts(struct columns *s, size_t *columns)
{
	size_t chosen[GRID_COLUMNS_MAX], next = s->labels, count, parts = 0;
	bool fit = fit_labels(s);

	while ((count = choose_columns(s, GRID_COLUMNS_MAX, &next, chosen)) > 0) {
		*columns += count;
		parts++;
	}
	return fit ? parts : 0;
}

bool columns__keep_last(struct columns *s)
{
	size_t chosen[GRID_COLUMNS_MAX], next;
	struct column *last;

	if (!s || s->error)
		return false;
	next = s->labels;
	last = &s->columns[s->count - 1];
	fit_labels(s);
	choose_columns(s, GRID_COLUMNS_MAX, &next, chosen);
	if (next < s->count) {
		last->flags |= COLUMNS_OPTIONAL;
		last->filled = false;
	}
	return grid__shows(s, s->count - 1);
}

size_t columns__room(struct columns *s)
{
	size_t chosen[GRID_COLUMNS_MAX], next, count, used = 0;

	if (!s || s->error)
		return 0;
	fit_labels(s);
	next = s->labels;
	if (choose_columns(s, GRID_COLUMNS_MAX, &next, chosen) == 0 || next < s->count)
		return 0;
	count = s->count;
	for (size_t i = 0; i < count; i++) {
		if (i < s->labels || grid__shows(s, i))
			used += s->columns[i].width + GRID_GAP;
	}
	return used < layout_width() ? layout_width() - used : 0;
}

/* Prints `parts` parts, each about as wide as the others, of `columns` columns in all. */
static int print_parts(struct columns *s, size_t columns, size_t parts, FILE *out)
{
	size_t chosen[GRID_COLUMNS_MAX], next = s->labels, count;
	size_t limit = (columns + parts - 1) / parts;
	bool continued = false;
	int err = 0;

	for (size_t i = 0; i < s->labels && !err; i++)
		err = grid__cut_column(s, i, s->columns[i].width);
	while (!err && (count = choose_columns(s, limit, &next, chosen)) > 0) {
		if (continued)
			fputc('\n', out);
		continued = true;
		grid__print_line(s, NULL, chosen, s->labels + count, 0, out);
		for (size_t first = 0; first + s->count <= s->cell_count; first += s->count)
			grid__print_line(s, s->cells + first, chosen, s->labels + count, 0, out);
	}
	return err;
}

/* Whether rows stand below their labels: those of a narrow terminal rather than cut labels. */
static bool is_narrow(const struct columns *s, size_t parts)
{
	if (layout_width() < LAYOUT_WIDTH_DEFAULT && cuts_labels(s))
		return true;
	return parts != 1 && (!parts || parts > PARTS_MOST || narrow__fits(s));
}

static int print(struct columns *s, const char *title, FILE *out, bool colour)
{
	size_t columns = 0, parts;
	int err = s->error;

	if (s->cell_count == 0 || err)
		return err;
	parts = count_parts(s, &columns);
	if (!columns)
		return 0;
	if (title)
		layout_title(out, title, colour);
	errno = 0;
	err = is_narrow(s, parts) ? narrow__print(s, out) : print_parts(s, columns, parts, out);
	if (!err && ferror(out))
		err = errno ? -errno : -EIO;
	return err;
}

void columns__free(struct columns *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->cell_count; i++)
		free(s->cells[i]);
	free(s->cells);
	for (size_t i = 0; i < s->count; i++)
		free(s->columns[i].name);
	free(s);
}

int columns__finish(struct columns *s, const char *title, FILE *out, bool colour)
{
	int err;

	if (!s)
		return -ENOMEM;
	err = print(s, title, out, colour);
	columns__free(s);
	return err;
}
