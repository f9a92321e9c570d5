// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the parent's other threads waited while it made a process. */
#include "user/analysis/stats.h"
#include "user/table/part.h"

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
