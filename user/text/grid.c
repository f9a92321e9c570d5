// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/columns.h"
#include "user/text/utf8.h"

bool grid__shows(const struct columns *s, size_t column)
{
	return s->columns[column].filled || !(s->columns[column].flags & COLUMNS_OPTIONAL);
}

void grid__print_line(const struct columns *s, char *const *cells, const size_t *chosen,
		      size_t count, size_t indent, FILE *out)
{
	size_t blanks = indent;

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
		blanks += GRID_GAP;
	}
	fputc('\n', out);
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
			      size_t width, int how)
{
	for (size_t k = label; k < s->cell_count; k += s->count) {
		char *other;
		bool same;

		if (!strcmp(s->cells[k], s->cells[i]))
			continue;
		other = cut(s->cells[k], width, how, k);
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

static char *cut_apart(const struct columns *s, size_t label, size_t width, size_t i)
{
	char *text = NULL;
	int like = 1;

	for (int how = 0; how < CUTS && like == 1; how++) {
		free(text);
		text = cut(s->cells[i], width, how, first_with(s, label, i));
		like = text && how < CUT_NUMBERED
			       ? looks_like_another(s, label, i, text, width, how)
			       : 0;
	}
	if (like < 0) {
		free(text);
		text = NULL;
	}
	return text;
}

int grid__cut_column(struct columns *s, size_t column, size_t width)
{
	size_t rows = s->cell_count / s->count;
	char **texts;
	int err = 0;

	if (width >= s->columns[column].widest || !rows)
		return 0;
	texts = calloc(rows, sizeof(*texts));
	if (!texts)
		return -ENOMEM;
	for (size_t r = 0; r < rows && !err; r++) {
		texts[r] = cut_apart(s, column, width, column + r * s->count);
		err = texts[r] ? 0 : -ENOMEM;
	}
	for (size_t r = 0; r < rows; r++) {
		if (err) {
			free(texts[r]);
			continue;
		}
		free(s->cells[column + r * s->count]);
		s->cells[column + r * s->count] = texts[r];
	}
	free((void *)texts);
	return err;
}
