// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a birth copies, what copy-on-write takes later, and what tracing takes. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/stats.h"
#include "user/table/part.h"

static void add_count(struct columns *s, const struct cell *c, enum count count)
{
	columns__add_number(s, stats_median(&c->counts[count]));
}

/* Page tables come in whole pages: shown as a size where that is short. */
static void add_bytes(struct columns *s, double bytes)
{
	char text[32];

	if (isfinite(bytes) && fabs(bytes) < 1e15)
		columns__add(s, "%s", size_format(llround(bytes), text, sizeof(text)));
	else
		columns__add_number(s, bytes);
}

static bool has_copy(const struct cell *c)
{
	return series__any(&c->counts[COUNT_ptes_copied]) ||
	       series__any(&c->counts[COUNT_page_table_bytes]) ||
	       series__any(&c->counts[COUNT_vmas]);
}

int table_pages(const struct table *t)
{
	struct columns *s = table_sheet(t);
	const struct row *before = NULL;

	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "PTES", "PT BYTES", "VMAS", NULL);
	for (size_t i = 0; i < t->full.n; i++) {
		const struct row *row = &t->full.v[i];
		const struct cell *c = row->cell;

		if (!has_copy(c))
			continue;
		table_add_labels(t, s, row, before);
		before = row;
		add_count(s, c, COUNT_ptes_copied);
		add_bytes(s, stats_median(&c->counts[COUNT_page_table_bytes]));
		add_count(s, c, COUNT_vmas);
	}
	return columns__finish(s, "Page tables copied (medians per birth)", t->out, t->colour);
}

/* Where nothing is shared copy-on-write there is no time, and the counts are 0. */
static bool has_faults(const struct cell *c, const struct cow_side *side)
{
	return stats_sum(&c->counts[side->faults]) > 0 || series__any(&c->phases[side->time]);
}

static void add_side(const struct table *t, struct columns *s, const struct cell *c,
		     const struct cow_side *side)
{
	columns__add(s, "%s", side->name);
	add_count(s, c, side->faults);
	add_count(s, c, side->copied);
	add_count(s, c, side->reused);
	add_count(s, c, side->huge);
	table_add_time(t, s, stats_median(&c->phases[side->time]));
}

int table_cow(const struct table *t)
{
	struct columns *s = table_sheet(t);
	const struct row *before = NULL;

	columns__head(s, COLUMNS_LABEL, "IN", NULL);
	columns__head(s, COLUMNS_RIGHT, "FAULTS", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "COPIED", "REUSED", "HUGE", "TIME",
		      NULL);
	for (size_t i = 0; i < t->full.n; i++) {
		const struct row *row = &t->full.v[i];
		const struct cell *c = row->cell;

		if (!has_faults(c, &cow_sides[0]) && !has_faults(c, &cow_sides[1]))
			continue;
		table_add_labels(t, s, row, before);
		before = row;
		add_side(t, s, c, &cow_sides[0]);
		table_repeat_labels(t, s);
		add_side(t, s, c, &cow_sides[1]);
	}
	return columns__finish(s, "Copy-on-write faults (medians per birth)", t->out, t->colour);
}

static void add_cost(const struct table *t, struct columns *s, const struct series *untraced,
		     double after)
{
	double before = stats_median(untraced);
	double change = 100 * (after / before - 1);

	table_add_time(t, s, before);
	table_add_time(t, s, after);
	if (isfinite(change))
		columns__add(s, fabs(change) < 1e5 ? "%+.1f %%" : "%+.0e %%", change);
	else
		columns__add(s, "-");
}

int table_tracing_cost(const struct table *t)
{
	struct columns *s = table_sheet(t);
	const struct row *before = NULL;

	columns__head(s, COLUMNS_RIGHT, "CALL", "TRACED", "CHANGE", "TOTAL", "TRACED", "CHANGE",
		      NULL);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = &t->times.v[i];

		if (!row->bare || !cell__has_data(row->bare))
			continue;
		table_add_labels(t, s, row, before);
		before = row;
		add_cost(t, s, &row->bare->samples[SAMPLE_spawn_ns], row->call.median);
		add_cost(t, s, &row->bare->samples[SAMPLE_total_ns], row->total.median);
	}
	return columns__finish(s, "Tracing cost (medians)", t->out, t->colour);
}
