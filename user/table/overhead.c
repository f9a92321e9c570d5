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

/* Only before the first row of the cell. */
static void add_label(const struct table *t, struct columns *s, const struct cell *bare, bool first)
{
	struct strbuf label = {0};

	if (first) {
		strbuf__add(&label, "%s ", table_method(bare));
		table_add_parent(t, bare, &label);
	}
	columns__add(s, "%s", strbuf__text(&label));
	strbuf__free(&label);
}

static void add_row(const struct table *t, struct columns *s, const struct cell *bare,
		    const struct cell *probed, bool first)
{
	add_label(t, s, bare, first);
	columns__add(s, "%s", cell__probe_set(probed));
	add_added(t, s, bare, probed, SAMPLE_spawn_ns);
	add_added(t, s, bare, probed, SAMPLE_total_ns);
}

/* Of a cell, where nothing interrupts the call: its median and tails depend on what does. */
static double undisturbed(const struct cell *c)
{
	return stats_quantile(&c->samples[SAMPLE_spawn_ns], 0.1);
}

/* What a probe set adds to the cell `bare`; NAN: no cell like it with that set has data. */
static double added_by(const struct table *t, const struct cell_index *x, const struct cell *bare,
		       const char *set)
{
	size_t i = cell_index__first(x, bare);

	for (; i != CELL_NONE; i = cell_index__next(x, i)) {
		const struct cell *c = &t->r->cells[i];

		if (!strcmp(cell__probe_set(c), set) && cell__has_data(c))
			return undisturbed(c) - undisturbed(bare);
	}
	return NAN;
}

static void add_floor_row(const struct table *t, const struct cell_index *x, struct columns *s,
			  const struct cell *bare, const char *what, const char *ours,
			  const char *floor, bool first)
{
	double added = added_by(t, x, bare, ours), least = added_by(t, x, bare, floor);

	add_label(t, s, bare, first);
	columns__add(s, "%s", what);
	columns__add(s, "%s", text_plain_time(added, t->r->clock).text);
	columns__add(s, "%s", text_plain_time(least, t->r->clock).text);
	/* A floor that is lost in the noise is none. */
	if (isfinite(added / least) && least > 0)
		columns__add(s, "%.2f", added / least);
	else
		columns__add(s, "-");
}

/* What the probes add beside empty programs at the same points. */
static int print_floor(const struct table *t, const struct cell_index *x)
{
	struct columns *s;
	bool any = false;

	for (size_t i = 0; i < t->r->cell_count; i++)
		any |= !strcmp(cell__probe_set(&t->r->cells[i]), "floor");
	if (!any)
		return 0;
	s = columns__new();
	columns__head(s, COLUMNS_LABEL, "METHOD", "PROBES", NULL);
	columns__head(s, COLUMNS_RIGHT, "OURS", "FLOOR", "RATIO", NULL);
	for (size_t i = 0; i < t->bare.n; i++) {
		const struct cell *bare = t->bare.v[i].cell;

		add_floor_row(t, x, s, bare, "bench", "phases", "floor", true);
		add_floor_row(t, x, s, bare, "profile light", "light", "light-floor", false);
	}
	return columns__finish(s,
			       "What the probes add to a call, beside empty programs at the same "
			       "points (FLOOR), tenth percentiles",
			       t->out, t->colour);
}

static int print_added(const struct table *t, const struct cell_index *x)
{
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, "METHOD", "PROBES", NULL);
	columns__head(s, COLUMNS_RIGHT, "ADDED TO CALL", "TO TOTAL", NULL);
	for (size_t i = 0; i < t->bare.n; i++) {
		const struct cell *bare = t->bare.v[i].cell;
		size_t k = cell_index__first(x, bare);
		bool first = true;

		for (; k != CELL_NONE; k = cell_index__next(x, k)) {
			const struct cell *c = &t->r->cells[k];

			if (c == bare || !cell__has_data(c))
				continue;
			add_row(t, s, bare, c, first);
			first = false;
		}
	}
	return columns__finish(s, "What each probe adds to the medians", t->out, t->colour);
}

int table_overhead(const struct table *t)
{
	struct cell_index x;
	bool any = false;
	int err;

	for (size_t i = 0; i < t->r->cell_count; i++)
		any |= is_single(&t->r->cells[i]);
	if (!any)
		return 0;
	err = run__index(t->r, PROBE_SET_AXIS, &x);
	if (!err)
		err = print_added(t, &x);
	if (!err)
		err = print_floor(t, &x);
	cell_index__free(&x);
	return err;
}
