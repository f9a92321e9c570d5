/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/grid.h"

struct grid {
	struct libscols_table *table;
	size_t count; /* columns */
};

struct grid *grid__new(const struct grid_column *columns, size_t count)
{
	struct grid *g = calloc(1, sizeof(*g));
	size_t i;

	if (g == NULL)
		return NULL;
	g->count = count;
	g->table = scols_new_table();
	if (g->table == NULL)
		goto fail;
	/* It would cut cells to fit a terminal, and escape the backslashes of escape_text(). */
	if (scols_table_set_termforce(g->table, SCOLS_TERMFORCE_NEVER) != 0 ||
	    scols_table_enable_noencoding(g->table, 1) != 0 ||
	    scols_table_set_column_separator(g->table, "  ") != 0)
		goto fail;
	for (i = 0; i < count; i++) {
		int flags = columns[i].right ? SCOLS_FL_RIGHT : 0;

		if (scols_table_new_column(g->table, columns[i].name, 0, flags) == NULL)
			goto fail;
	}
	return g;

fail:
	grid__free(g);
	return NULL;
}

int grid__row(struct grid *g, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(g->table, NULL);
	size_t i;

	if (line == NULL)
		return -ENOMEM;
	for (i = 0; i < g->count; i++) {
		if (scols_line_set_data(line, i, cells[i]) != 0) {
			scols_table_remove_line(g->table, line);
			return -ENOMEM;
		}
	}
	return 0;
}

/* The blanks that end a line depend on the library's version: left out. */
static void print_trimmed(const char *text, FILE *out)
{
	while (*text != '\0') {
		size_t line = strcspn(text, "\n"), used = line;

		while (used > 0 && text[used - 1] == ' ')
			used--;
		fwrite(text, 1, used, out);
		fputc('\n', out);
		text += line + (text[line] == '\n');
	}
}

int grid__print(struct grid *g, FILE *out)
{
	char *text = NULL;
	int err;

	if (scols_table_is_empty(g->table)) /* it would say so */
		return 0;
	err = scols_print_table_to_string(g->table, &text);
	if (err)
		return err < 0 ? err : -ENOMEM;
	print_trimmed(text, out);
	free(text);
	return ferror(out) ? -EIO : 0;
}

void grid__free(struct grid *g)
{
	if (g == NULL)
		return;
	scols_unref_table(g->table);
	free(g);
}
