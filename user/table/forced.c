// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "user/analysis/whatif.h"
#include "user/answers/forced.h"
#include "user/table/advice.h"
#include "user/table/part.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

static int finish(struct strbuf *line, FILE *out)
{
	int err = line->failed ? -ENOMEM : 0;

	if (!err)
		layout_wrap(out, 0, 2, strbuf__text(line));
	strbuf__free(line);
	return err;
}

/* A program that is in no row has its path alone. */
static int print_group(const struct groups *all, const struct group *g, FILE *out)
{
	const struct forced *row = forced_of_group(g);
	struct strbuf line = {0};

	strbuf__add(&line, "#%zu %s %s: ", (size_t)(g - all->v) + 1,
		    text_count((double)g->counts.births).text,
		    text_plural((int64_t)g->counts.births, "fork", "forks"));
	forced_add_path(&line, g->stack);
	if (row)
		strbuf__add(&line, ": %s: %s", row->runtime, row->why);
	return finish(&line, out);
}

/* Sources that are printed; there are not so many. */
#define SOURCES_MOST 32

/* Whether one of them is the row's. */
static bool has_source(const struct forced *const *rows, size_t n, const struct forced *row)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(rows[i]->source, row->source))
			return true;
	return false;
}

static int print_sources(const struct groups *all, size_t top, FILE *out)
{
	const struct forced *rows[SOURCES_MOST];
	struct strbuf line = {0};
	size_t n = 0;

	for (size_t i = 0; i < all->n && i < top && n < SOURCES_MOST; i++) {
		const struct forced *row = forced_of_group(&all->v[i]);

		if (!row || has_source(rows, n, row))
			continue;
		strbuf__add(&line, "%s%s %s (%s)", n ? ", " : "Sources: ", row->runtime,
			    row->source, row->checked);
		rows[n++] = row;
	}
	if (n)
		return finish(&line, out);
	strbuf__free(&line);
	return 0;
}

static int print_groups(const struct groups *g, size_t top, FILE *out, bool colour)
{
	bool titled = false;
	int err = 0;

	for (size_t i = 0; i < g->n && i < top && !err; i++) {
		if (!forced_asked(&g->v[i]))
			continue;
		if (!titled)
			layout_title(out, "Why is it a fork?", colour);
		titled = true;
		err = print_group(g, &g->v[i], out);
	}
	return err ? err : print_sources(g, top, out);
}

int forced_print(const struct groups *g, size_t top, FILE *out, bool colour)
{
	if (g->by == GROUP_BY_STACK)
		return print_groups(g, top, out, colour);
	if (whatif_any(g, top))
		layout_print(out, 2, "--by stack shows why these are forks.");
	return 0;
}
