// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What each probe costs: the suite overhead. */
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/table/part.h"
#include "user/text/numbers.h"

static bool is_single(const struct cell *c)
{
	const char *pass = cell__probe_set(c);

	return strcmp(pass, "none") && strcmp(pass, "phases") && strcmp(pass, "all");
}

/* What the probes add to a median, and in percent of it. */
static void add_added(const struct table *t, struct columns *s, const struct cell *bare,
		      const struct cell *probed, enum sample_kind kind)
{
	double without = stats_median(&bare->samples[kind]);
	double with = stats_median(&probed->samples[kind]);
	double change = 100 * (with - without) / without;

	if (isfinite(change))
		columns__add(s, "%s %+.2f %%", text_plain_time(with - without, t->r->clock).text,
			     change);
	else
		columns__add(s, "-");
}

static void add_row(const struct table *t, struct columns *s, const struct cell *bare,
		    const struct cell *probed, bool first)
{
	struct strbuf label = {0};

	if (first) {
		strbuf__add(&label, "%s ", table_method(bare));
		table_add_parent(t, bare, &label);
	}
	columns__add(s, "%s", strbuf__text(&label));
	strbuf__free(&label);
	columns__add(s, "%s", cell__probe_set(probed));
	add_added(t, s, bare, probed, SAMPLE_spawn_ns);
	add_added(t, s, bare, probed, SAMPLE_total_ns);
}

int table_overhead(const struct table *t)
{
	struct cell_index x;
	struct columns *s;
	bool any = false;
	int err;

	for (size_t i = 0; i < t->r->cell_count; i++)
		any |= is_single(&t->r->cells[i]);
	if (!any)
		return 0;
	err = run__index(t->r, PROBE_SET_AXIS, &x);
	if (err) {
		cell_index__free(&x);
		return err;
	}
	s = columns__new();
	columns__head(s, COLUMNS_LABEL, "METHOD", "PROBES", NULL);
	columns__head(s, COLUMNS_RIGHT, "ADDED TO CALL", "TO TOTAL", NULL);
	for (size_t i = 0; i < t->bare.n; i++) {
		const struct cell *bare = t->bare.v[i].cell;
		size_t k = cell_index__first(&x, bare);
		bool first = true;

		for (; k != CELL_NONE; k = cell_index__next(&x, k)) {
			const struct cell *c = &t->r->cells[k];

			if (c == bare || !cell__has_data(c))
				continue;
			add_row(t, s, bare, c, first);
			first = false;
		}
	}
	cell_index__free(&x);
	return columns__finish(s, "What each probe adds to the medians", t->out, t->colour);
}
