// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/tracing.h"

#include <math.h>

#include "user/analysis/stats.h"

/* Of one row; its estimate is NAN if it was not measured without probes. */
static int cost_of(const struct rows *rows, const struct row *row, struct blocks *b,
		   double *estimate)
{
	const struct series *bare;
	struct blocks below;
	int err;

	*estimate = NAN;
	b->n = 0;
	if (!row->bare)
		return 0;
	bare = &row->bare->samples[SAMPLE_spawn_ns];
	*estimate = row->call.median / stats_median(bare);
	err = blocks__medians(&below, rows->run, row->bare, bare);
	*b = row->call_blocks;
	if (below.n != b->n)
		b->n = 0;
	for (size_t i = 0; i < b->n; i++)
		b->v[i] /= below.v[i];
	return err;
}

/* The blocks' logarithms are added up; a block that one cell lacks is lost to all. */
static void add_to_mean(struct blocks *sum, const struct blocks *b, bool first)
{
	sum->n = first || sum->n == b->n ? b->n : 0;
	for (size_t i = 0; i < sum->n; i++)
		sum->v[i] = (first ? 0 : sum->v[i]) + log(b->v[i]);
}

int tracing__of(struct tracing *t, const struct rows *rows)
{
	struct blocks b, sum = {0};
	double estimate, logs = 0;
	int err = 0;

	*t = (struct tracing){0};
	for (size_t i = 0; i < rows->n && !err; i++) {
		const struct row *row = &rows->v[i];

		err = cost_of(rows, row, &b, &estimate);
		if (err || !(estimate > 0) || !isfinite(estimate))
			continue;
		if (!t->least || estimate < t->of_least.estimate) {
			t->least = row;
			t->of_least = blocks__log_interval(&b, estimate);
		}
		if (!t->most || estimate > t->of_most.estimate) {
			t->most = row;
			t->of_most = blocks__log_interval(&b, estimate);
		}
		add_to_mean(&sum, &b, t->cells == 0);
		logs += log(estimate);
		t->cells++;
	}
	for (size_t i = 0; i < sum.n; i++)
		sum.v[i] = exp(sum.v[i] / (double)t->cells);
	t->mean = blocks__log_interval(&sum, t->cells ? exp(logs / (double)t->cells) : NAN);
	return err;
}
