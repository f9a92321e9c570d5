// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/doubt.h"

#include <math.h>
#include <stdio.h>

#include "user/analysis/stats.h"
#include "user/text/numbers.h"

bool gate_is_faulty(const struct comparison *c, struct gate_row *row)
{
	bool a = side__negative(&c->a, row->of), b = side__negative(&c->b, row->of);

	if (!a && !b)
		return false;
	if (row->kind != GATE_SHOWN)
		row->kind = GATE_EXACT;
	row->verdict = GATE_INCONCLUSIVE;
	gate_row__note(row, "%s a value below 0, which cannot be",
		       a && b ? "A and B have"
		       : a    ? "A has"
			      : "B has");
	return true;
}

static double largest(const struct series *s)
{
	return stats_quantile(s, 1);
}

static void take_each(struct side *s, const struct metric *m, double (*of)(const struct series *s))
{
	for (size_t i = 0; i < s->count; i++)
		s->values[i] = isnan(s->values[i]) ? NAN : of(metric_series(m, s->cells[i]));
}

void gate_look_beyond_medians(struct comparison *c, struct gate_row *row,
			      const struct gate_values *v)
{
	const struct {
		double (*of)(const struct series *s);
		struct gate_look look;
	} looks[] = {
		{stats_mean, {"means", 0.01, c->report->margin_mean, 0}},
		/* Which call is the largest may be chance. */
		{largest, {"largest values", c->report->margin_tail, INFINITY, 1}},
	};
	bool exact = row->kind == GATE_EXACT && row->verdict == GATE_PASS;

	/* In the lab a call in another state is no chance, and medians are of the usual one. */
	if (c->lab || !(exact || row->demoted) || !row->of || row->of->kind != METRIC_COUNT)
		return;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && !row->by_sum; i++) {
		take_each(&c->a, row->of, looks[i].of);
		take_each(&c->b, row->of, looks[i].of);
		gate_decide_sums(row, v, &looks[i].look, c->policy);
	}
	if (row->demoted) { /* pairs decide, by medians */
		side__take_values(&c->a, row->of);
		side__take_values(&c->b, row->of);
		return;
	}
	if (row->unlike && !row->by_sum && row->change == 0 && !row->note[0])
		gate_row__note(row, "medians are equal, but samples are distributed otherwise");
}

void gate_doubt_lost(const struct comparison *c, struct gate_row *row)
{
	struct losses lost = {0};
	const char *what = "record%s lost";
	int64_t n;
	char text[64];

	if (row->kind == GATE_SHOWN || row->verdict == GATE_INCONCLUSIVE ||
	    !(row->of->kind == METRIC_COUNT || metric_is_probed(row->of)))
		return;
	side__add_losses(&c->a, row->of, &lost);
	side__add_losses(&c->b, row->of, &lost);
	n = lost.records;
	if (n == 0) {
		n = lost.missed > 0 ? lost.missed : lost.unseen;
		what = lost.missed > 0 ? "probe run%s missed" : "birth%s without a record";
	}
	/* What is worse in the records that are there stays so. */
	if (lost.gaps == 0 &&
	    (n == 0 || row->of->kind != METRIC_COUNT || row->verdict == GATE_REGRESSION))
		return;
	row->kind = GATE_EXACT;
	row->demoted = false;
	row->verdict = GATE_INCONCLUSIVE;
	snprintf(text, sizeof(text), what, text_plural(n, "", "s"));
	gate_row__note(row, "%lld %s, which could change this (%zu sample%s without it)",
		       (long long)n, text, lost.gaps, text_plural((int64_t)lost.gaps, "", "s"));
}
