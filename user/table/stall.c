// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the parent's other threads waited while it made a process. */
#include <inttypes.h>
#include <math.h>

#include "user/analysis/stats.h"
#include "user/table/part.h"
#include "user/text/numbers.h"

static void add_waits(const struct table *t, struct columns *s, const struct cell *c)
{
	const struct series *worst = &c->samples[SAMPLE_stall_ns];

	table_add_time(t, s, stats_median(worst));
	table_add_time(t, s, stats_quantile(worst, 1));
	table_add_time(t, s, stats_median(&c->samples[SAMPLE_stall_sum_ns]));
	table_add_time(t, s, stats_median(&c->samples[SAMPLE_stall_base_ns]));
}

int table_stall(const struct table *t)
{
	struct columns *s = table_sheet(t);
	const struct row *before = NULL;
	int err;

	columns__head(s, COLUMNS_RIGHT, "STALL", "MAX", "SUM", "BASE", NULL);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = t->order[i];

		if (!series__any(&row->cell->samples[SAMPLE_stall_ns]))
			continue;
		table_add_labels(t, s, row, before);
		before = row;
		add_waits(t, s, row->cell);
	}
	err = columns__finish(s, "What touching threads waited during a call", t->out, t->colour);
	if (!err && before)
		layout_print(t->out, 2,
			     "STALL: the longest wait of any of these threads, the median and the "
			     "MAX of all calls; SUM: over the threads, BASE: without a call "
			     "(medians)");
	return err;
}

int table_profile_stall(const struct profile_summary *sum, FILE *out, bool colour)
{
	struct columns *s = table_profile_sheet(sum);
	const struct group *g;
	int err;

	columns__head(s, COLUMNS_RIGHT, "FORKS", "MEDIAN", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "P99", NULL);
	columns__head(s, COLUMNS_RIGHT, "MAX", "SUM", NULL);
	for (size_t i = 0; (g = table_profile_group(sum, i)); i++) {
		const struct sketch *k = &g->stall;

		if (!k->n)
			continue;
		table_add_profile_labels(sum, s, g);
		columns__add_number(s, (double)k->n);
		columns__add_time(s, sketch__quantile(k, 0.5), sum->clock);
		columns__add_time(s, sketch__tail(k, 0.99), sum->clock);
		columns__add_time(s, (double)k->max, sum->clock);
		columns__add_time(s, g->stall_sum_ns, sum->clock);
	}
	err = columns__finish(s,
			      "What others waited for a process that forks (the longest wait "
			      "during a fork; in sum)",
			      out, colour);
	if (!err && sum->run->stall.absent)
		layout_print(out, 2, "The waits of others were not measured: %s",
			     sum->run->stall.absent);
	return err;
}
