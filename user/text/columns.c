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

#define COLUMNS_MAX 64
#define GAP	    2

/* Where the whole table does not fit, longer labels are cut: of 80 columns, more of wider lines. */
#define FIRST_LABEL_WIDTH 30
#define LABEL_WIDTH	  20
#define WIDE_LABEL_WIDTH  44
/* No label is cut to less: names of phases stay whole. */
#define LABEL_LEAST 12

struct column {
	char *name;
	int flags;
	size_t widest; /* of its texts */
	size_t width;  /* as printed */
	bool filled;   /* some row has a value, not "-" */
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
		*column = (struct column){strdup(name), flags, utf8_width(name), utf8_width(name),
					  false};
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

static bool is_shown(const struct column *column)
{
	return column->filled || !(column->flags & COLUMNS_OPTIONAL);
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

/* Decides how wide the labels are: whole if the table fits, else so that any column fits. */
static void fit_labels(struct columns *s)
{
	size_t labels = 0, others = 0, most = 0, i;

	for (i = 0; i < s->count; i++) {
		const struct column *column = &s->columns[i];

		if (i < s->labels) {
			labels += column->widest + GAP;
		} else if (is_shown(column)) {
			others += column->width + (others ? GAP : 0);
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
}

/* The end of the text that fits into `width` columns. */
static const char *tail(const char *text, size_t width)
{
	while (utf8_width(text) > width)
		text += utf8_fit(text, 1) ? utf8_fit(text, 1) : 1;
	return text;
}

/* Writes the text cut to `width` columns: its beginning; beginning and end; or with its number. */
enum { CUT_END, CUT_MIDDLE, CUT_NUMBERED, CUTS };

static char *cut(const char *text, size_t width, int how, size_t number)
{
	char end[32] = "";
	const char *last = end;
	size_t head;
	char *out = NULL;

	if (utf8_width(text) <= width)
		return strdup(text);
	if (how == CUT_NUMBERED)
		snprintf(end, sizeof(end), "%zu", number + 1);
	else if (how == CUT_MIDDLE)
		last = tail(text, (width - 2) / 2);
	head = utf8_fit(text, width - 2 - utf8_width(last));
	return asprintf(&out, "%.*s..%s", (int)head, text, last) < 0 ? NULL : out;
}

/* Whether a row with another label looks like row `i` when both are cut. -ENOMEM. */
static int looks_like_another(const struct columns *s, size_t label, size_t i, const char *mine,
			      int how)
{
	const struct column *column = &s->columns[label];

	for (size_t k = label; k < s->cell_count; k += s->count) {
		char *other;
		bool same;

		if (!strcmp(s->cells[k], s->cells[i]))
			continue;
		other = cut(s->cells[k], column->width, how, k);
		if (!other)
			return -ENOMEM;
		same = !strcmp(other, mine);
		free(other);
		if (same)
			return 1;
	}
	return 0;
}

/* The first row with the label of cell `i`: rows with the same label keep the same number. */
static size_t first_with(const struct columns *s, size_t label, size_t i)
{
	size_t row = 0;

	for (size_t k = label; k < i; k += s->count, row++) {
		if (!strcmp(s->cells[k], s->cells[i]))
			break;
	}
	return row;
}

static char *cut_apart(const struct columns *s, size_t label, size_t i)
{
	char *text = NULL;
	int like = 1;

	for (int how = 0; how < CUTS && like == 1; how++) {
		free(text);
		text = cut(s->cells[i], s->columns[label].width, how, first_with(s, label, i));
		like = text && how < CUT_NUMBERED ? looks_like_another(s, label, i, text, how) : 0;
	}
	if (like < 0) {
		free(text);
		text = NULL;
	}
	return text;
}

/* Cuts the labels of this column, so that rows which differ still do. */
static int cut_label(struct columns *s, size_t label)
{
	size_t rows = s->cell_count / s->count;
	char **texts;
	int err = 0;

	if (s->columns[label].width == s->columns[label].widest || !rows)
		return 0;
	texts = calloc(rows, sizeof(*texts));
	if (!texts)
		return -ENOMEM;
	for (size_t r = 0; r < rows && !err; r++) {
		texts[r] = cut_apart(s, label, label + r * s->count);
		err = texts[r] ? 0 : -ENOMEM;
	}
	for (size_t r = 0; r < rows; r++) {
		if (err) {
			free(texts[r]);
			continue;
		}
		free(s->cells[label + r * s->count]);
		s->cells[label + r * s->count] = texts[r];
	}
	free((void *)texts);
	return err;
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
		if (width + column->width > layout_width() && count > 0)
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
	fit_labels(s);
	choose_columns(s, COLUMNS_MAX, &next, chosen);
	if (next < s->count) {
		last->flags |= COLUMNS_OPTIONAL;
		last->filled = false;
	}
	return is_shown(last);
}

size_t columns__room(struct columns *s)
{
	size_t chosen[COLUMNS_MAX], next, count, used = 0;

	if (!s || s->error)
		return 0;
	fit_labels(s);
	next = s->labels;
	if (choose_columns(s, COLUMNS_MAX, &next, chosen) == 0 || next < s->count)
		return 0;
	count = s->count;
	for (size_t i = 0; i < count; i++) {
		if (i < s->labels || is_shown(&s->columns[i]))
			used += s->columns[i].width + GAP;
	}
	return used < layout_width() ? layout_width() - used : 0;
}

/* A row, or the names for NULL. Blanks stand only before text, so that no line ends with any. */
static void print_line(const struct columns *s, char *const *cells, const size_t *chosen,
		       size_t count, FILE *out)
{
	size_t blanks = 0;

	for (size_t i = 0; i < count; i++) {
		const struct column *column = &s->columns[chosen[i]];
		const char *text = cells ? cells[chosen[i]] : column->name;
		size_t width = utf8_width(text);
		size_t pad = column->width > width ? column->width - width : 0;
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

static int print(struct columns *s, const char *title, FILE *out, bool colour)
{
	size_t chosen[COLUMNS_MAX], next = s->labels, limit, count;
	bool continued = false;
	int err = s->error;

	if (s->cell_count == 0)
		return err;
	fit_labels(s);
	for (size_t i = 0; i < s->labels && !err; i++)
		err = cut_label(s, i);
	limit = balanced_limit(s);
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
