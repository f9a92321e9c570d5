// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/blocks.h"

#include <errno.h>
#include <math.h>

#include "bench/shared/plan.h"
#include "user/analysis/quantiles.h"

static int median_of(const struct series *s, size_t from, size_t n, double *median)
{
	const struct series part = {.v = s->v + from, .n = n};
	struct sorted sorted;
	int err = sorted__of(&sorted, &part);

	*median = err ? NAN : sorted__quantile(&sorted, 0.5);
	sorted__free(&sorted);
	return err;
}

int blocks__medians(struct blocks *b, const struct run *r, const struct cell *c,
		    const struct series *s)
{
	size_t rounds = c->joined ? c->joined : r->rounds, from = 0;
	int err = 0;

	*b = (struct blocks){0};
	if (!rounds || s->n == 0 || c->broken || c->uneven || run__counts_instructions(r))
		return 0;
	b->n = rounds < BLOCK_COUNT_MAX ? rounds : BLOCK_COUNT_MAX;
	for (size_t i = 0; i < b->n && !err; i++) {
		size_t to = plan_before(s->n, rounds, (i + 1) * rounds / b->n);

		err = median_of(s, from, to - from, &b->v[i]);
		from = to;
	}
	return err;
}

/* Takes the line through the values out of them. Returns how many there are. */
static size_t take_drift_out(struct blocks *b)
{
	double x = 0, y = 0, xx = 0, xy = 0, middle, slope;
	size_t count = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (isnan(b->v[i]))
			continue;
		count++;
		x += (double)i;
		y += b->v[i];
		xx += (double)(i * i);
		xy += (double)i * b->v[i];
	}
	if (count < 2)
		return count;
	middle = x / (double)count;
	slope = (xy - middle * y) / (xx - middle * x);
	for (size_t i = 0; i < b->n; i++)
		b->v[i] -= slope * ((double)i - middle);
	return count;
}

struct interval blocks__interval(const struct blocks *blocks, double estimate)
{
	struct interval none = {estimate, NAN, NAN}, i;
	struct blocks b = *blocks;
	size_t n = take_drift_out(&b);
	double stretch;

	if (n < BLOCK_COUNT_LEAST || !isfinite(estimate) ||
	    interval__pseudomedian(b.v, b.n, BLOCKS_ALPHA, &i))
		return none;
	stretch = sqrt((double)(n - 1) / (double)(n - 2));
	return (struct interval){
		.estimate = estimate,
		.low = fmin(i.estimate + stretch * (i.low - i.estimate), estimate),
		.high = fmax(i.estimate + stretch * (i.high - i.estimate), estimate),
	};
}

struct interval blocks__time_interval(const struct blocks *b, double estimate)
{
	struct interval i = blocks__interval(b, estimate);

	if (i.low < 0)
		i.low = 0;
	return i;
}

struct interval blocks__log_interval(const struct blocks *blocks, double estimate)
{
	struct blocks b = *blocks;
	struct interval i;

	for (size_t k = 0; k < b.n; k++)
		b.v[k] = b.v[k] > 0 ? log(b.v[k]) : NAN;
	i = blocks__interval(&b, log(estimate));
	return (struct interval){estimate, exp(i.low), exp(i.high)};
}
