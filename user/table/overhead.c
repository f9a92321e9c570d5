// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What each probe costs: the suite overhead. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/analysis/stats.h"
#include "user/table/part.h"

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
	char text[32];

	if (isfinite(change))
		columns__add(s, "%s %+.2f %%",
			     time_format(with - without, t->r->clock, text, sizeof(text)), change);
	else
		columns__add(s, "-");
}

static void add_row(const struct table *t, struct columns *s, const struct cell *bare,
		    const struct cell *probed, bool first)
{
	char method[LABEL_MAX], parent[LABEL_MAX], label[2 * LABEL_MAX];

	snprintf(label, sizeof(label), "%s %s", table_method(bare, method),
		 table_parent(t, bare, parent));
	columns__add(s, "%s", first ? label : "");
	columns__add(s, "%s", cell__probe_set(probed));
	add_added(t, s, bare, probed, SAMPLE_spawn_ns);
	add_added(t, s, bare, probed, SAMPLE_total_ns);
}

int table_overhead(const struct table *t)
{
	struct columns *s = columns__new(1);
	bool any = false;
	int err = s ? 0 : -ENOMEM;

	for (size_t i = 0; i < t->r->cell_count; i++)
		any |= is_single(&t->r->cells[i]);
	if (err || !any)
		goto cleanup;
	columns__column(s, "METHOD", 0);
	columns__column(s, "PROBES", 0);
	columns__column(s, "ADDED TO CALL", COLUMNS_RIGHT);
	columns__column(s, "TO TOTAL", COLUMNS_RIGHT);
	for (size_t i = 0; i < t->bare.n; i++) {
		bool first = true;

		for (size_t k = 0; k < t->r->cell_count; k++) {
			const struct cell *c = &t->r->cells[k];

			if (c == t->bare.v[i].cell || !cell__has_data(c) ||
			    !cell__same_key(c, t->bare.v[i].cell, "trace"))
				continue;
			add_row(t, s, t->bare.v[i].cell, c, first);
			first = false;
		}
	}
	err = columns__print(s, "What each probe adds to the medians", t->out, t->colour);

cleanup:
	columns__free(s);
	return err;
}
