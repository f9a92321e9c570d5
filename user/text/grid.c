// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/escape.h"
#include "user/text/grid.h"
#include "user/text/utf8.h"

struct column {
	char *name;
	bool right;
	size_t width;
};

struct grid {
	struct column *columns;
	size_t count;
	char **cells; /* row by row */
	size_t row_count;
};

static void widen(struct column *column, const char *text)
{
	size_t width = utf8_width(text);

	if (width > column->width)
		column->width = width;
}

struct grid *grid__new(const struct grid_column *columns, size_t count)
{
	struct grid *g = calloc(1, sizeof(*g));
	size_t i;

	if (!g)
		return NULL;
	g->columns = calloc(count, sizeof(*g->columns));
	g->count = g->columns ? count : 0;
	for (i = 0; i < g->count; i++) {
		g->columns[i].name = strdup(columns[i].name);
		if (!g->columns[i].name)
			break;
		g->columns[i].right = columns[i].right;
		widen(&g->columns[i], columns[i].name);
	}
	if (!g->columns || i < count) {
		grid__free(g);
		return NULL;
	}
	return g;
}

int grid__row(struct grid *g, const char *const *cells)
{
	size_t i, first = g->row_count * g->count;
	char **all = reallocarray(g->cells, first + g->count, sizeof(*all));

	if (!all)
		return -ENOMEM;
	g->cells = all;
	for (i = 0; i < g->count; i++) {
		all[first + i] = escape_copy(cells[i] ? cells[i] : "");
		if (!all[first + i])
			goto fail;
		widen(&g->columns[i], all[first + i]);
	}
	g->row_count++;
	return 0;

fail:
	while (i > 0)
		free(all[first + --i]);
	return -ENOMEM;
}

/* Print blanks only before text, so that no line ends with blanks. */
static void print_line(const struct grid *g, char *const *cells, FILE *out)
{
	size_t blanks = 0;

	for (size_t i = 0; i < g->count; i++) {
		const struct column *column = &g->columns[i];
		const char *text = cells ? cells[i] : column->name;
		size_t pad = column->width - utf8_width(text);

		if (*text) {
			fprintf(out, "%*s%s", (int)(blanks + (column->right ? pad : 0)), "", text);
			blanks = column->right ? 0 : pad;
		} else {
			blanks += column->width;
		}
		blanks += 2;
	}
	fputc('\n', out);
}

int grid__print(struct grid *g, FILE *out)
{
	if (g->row_count == 0)
		return 0;
	print_line(g, NULL, out);
	for (size_t i = 0; i < g->row_count; i++)
		print_line(g, g->cells + i * g->count, out);
	return ferror(out) ? -EIO : 0;
}

void grid__free(struct grid *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->row_count * g->count; i++)
		free(g->cells[i]);
	free(g->cells);
	for (size_t i = 0; i < g->count; i++)
		free(g->columns[i].name);
	free(g->columns);
	free(g);
}
