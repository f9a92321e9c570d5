// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/pooled.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/gate/compare/paired.h"

#define ALL_SWAPS 14 /* pairs of which all swaps are tried */
#define SWAPS_LEAST                                                                                \
	1000 /* then a p that is clearly large needs no more (Besag and Clifford 1991) */
#define SWAPS_CLEAR 20
#define SIGN_WORDS  ((GATE_PAIRS_MAX + 63) / 64)

struct sample {
	double value;
	unsigned short pair, side;
};

/* The samples of both sides, with B divided by a factor. */
struct pool {
	const struct metric *of;
	struct sample *v; /* the largest first */
	size_t n, pairs;
	size_t count[2][GATE_PAIRS_MAX];
	double sum[2][GATE_PAIRS_MAX];
};

static int compare_samples(const void *a, const void *b)
{
	double x = ((const struct sample *)a)->value, y = ((const struct sample *)b)->value;

	return (x < y) - (x > y);
}

static void add_series(struct pool *p, const struct series *s, size_t side, double factor)
{
	for (size_t i = 0; i < s->n; i++) {
		double value = (double)s->v[i] / factor;

		if (s->v[i] == MISSING)
			continue;
		p->v[p->n++] =
			(struct sample){value, (unsigned short)p->pairs, (unsigned short)side};
		p->count[side][p->pairs]++;
		p->sum[side][p->pairs] += value;
	}
}

static bool is_whole(const struct series *a, const struct series *b)
{
	return a && b && stats_count(a) > 0 && stats_count(b) > 0;
}

/* NULL: out of memory. Free it. */
static struct pool *make_pool(const struct metric *m, const struct series *const *a,
			      const struct series *const *b, size_t pairs, double factor)
{
	struct pool *p = calloc(1, sizeof(*p));
	size_t room = 1;

	for (size_t i = 0; i < pairs; i++)
		room += is_whole(a[i], b[i]) ? a[i]->n + b[i]->n : 0;
	if (p)
		p->v = calloc(room, sizeof(*p->v));
	if (!p || !p->v) {
		free(p);
		return NULL;
	}
	p->of = m;
	for (size_t i = 0; i < pairs; i++) {
		if (!is_whole(a[i], b[i]))
			continue;
		add_series(p, a[i], 0, 1);
		add_series(p, b[i], 1, factor);
		p->pairs++;
	}
	if (m->kind != METRIC_MEAN)
		qsort(p->v, p->n, sizeof(*p->v), compare_samples);
	return p;
}

static void free_pool(struct pool *p)
{
	if (p)
		free(p->v);
	free(p);
}

static bool is_swapped(const uint64_t *signs, size_t pair)
{
	return signs[pair / 64] >> pair % 64 & 1;
}

/* The largest samples of a side, as a walk from the top meets them. */
struct top {
	size_t wanted, met;
	double sum, last, before;
};

/* Takes the wanted number of largest samples of each side. */
static void walk(const struct pool *p, const uint64_t *signs, struct top top[2])
{
	for (size_t i = 0; i < p->n; i++) {
		const struct sample *s = &p->v[i];
		struct top *t = &top[s->side ^ is_swapped(signs, s->pair)];

		if (t->met == t->wanted)
			continue;
		t->sum += s->value;
		t->before = t->last;
		t->last = s->value;
		if (++t->met == t->wanted && top[0].met == top[0].wanted &&
		    top[1].met == top[1].wanted)
			return;
	}
}

/* The metric of both sides after swapping the pairs whose bits are set. */
static void reduce(const struct pool *p, const uint64_t *signs, double of[2])
{
	struct top top[2] = {0};
	size_t n[2] = {0};
	double sum[2] = {0}, beyond;

	for (size_t i = 0; i < p->pairs; i++) {
		size_t swapped = is_swapped(signs, i);

		for (size_t side = 0; side < 2; side++) {
			n[side ^ swapped] += p->count[side][i];
			sum[side ^ swapped] += p->sum[side][i];
		}
	}
	for (size_t side = 0; side < 2; side++) {
		of[side] = sum[side] / (double)n[side];
		if (p->of->kind == METRIC_MEAN) /* which has no quantile */
			continue;
		beyond = (double)(n[side] - 1) * (1 - p->of->quantile);
		top[side].wanted = p->of->kind == METRIC_SLOWEST
					   ? stats_count_beyond(n[side], p->of->quantile)
					   : (size_t)beyond + 2;
	}
	if (p->of->kind == METRIC_MEAN)
		return;
	walk(p, signs, top);
	for (size_t side = 0; side < 2; side++) {
		const struct top *t = &top[side];

		beyond = (double)(n[side] - 1) * (1 - p->of->quantile);
		of[side] = p->of->kind == METRIC_SLOWEST
				   ? t->sum / (double)t->wanted
				   : t->before + (t->last - t->before) * (beyond - floor(beyond));
	}
}

static double log_ratio(const struct pool *p, const uint64_t *signs)
{
	double of[2];

	reduce(p, signs, of);
	return log(of[1] / of[0]);
}

/* The shares of swaps that give at least, and at most, the ratio seen. */
static void test(const struct pool *p, size_t swaps, uint64_t seed, double *greater, double *less)
{
	uint64_t signs[SIGN_WORDS] = {0};
	double seen = log_ratio(p, signs), ratio;
	bool all = p->pairs <= ALL_SWAPS;
	size_t most = all ? (size_t)1 << p->pairs : swaps, k, above = 0, below = 0;

	for (k = 0; k < most; k++) {
		if (!all && k >= SWAPS_LEAST && above >= SWAPS_CLEAR && below >= SWAPS_CLEAR)
			break;
		if (all)
			signs[0] = k;
		for (size_t i = 0; !all && i <= (p->pairs - 1) / 64; i++)
			signs[i] = gate_random(&seed);
		ratio = log_ratio(p, signs);
		/* Ratios that differ only by rounding are equal. */
		above += ratio >= seen - 1e-12;
		below += ratio <= seen + 1e-12;
	}
	*greater = (double)(above + !all) / (double)(k + !all);
	*less = (double)(below + !all) / (double)(k + !all);
}

/* Whether each side has enough samples for the metric. */
static bool is_known(const struct metric *m, const size_t samples[2])
{
	size_t least = m->kind == METRIC_MEAN ? 1 : stats_tail_least(m->quantile);

	return samples[0] >= least && samples[1] >= least;
}

static bool is_positive(const struct pool *p)
{
	double sum = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].value < 0)
			return false;
		sum += p->v[i].value;
	}
	return sum > 0;
}

int gate_pool(const struct metric *m, const struct series *const *a, const struct series *const *b,
	      size_t pairs, double margin, size_t swaps, uint64_t seed, struct gate_pooled *out)
{
	static const uint64_t as_seen[SIGN_WORDS];
	struct pool *plain, *scaled;
	double of[2], unused;
	int err = 0;

	*out = (struct gate_pooled){0, {0, 0}, NAN, NAN, NAN, NAN, NAN};
	if (pairs > GATE_PAIRS_MAX)
		return -E2BIG;
	plain = make_pool(m, a, b, pairs, 1);
	scaled = make_pool(m, a, b, pairs, 1 + margin);
	if (!plain || !scaled) {
		err = -ENOMEM;
		goto cleanup;
	}
	out->pairs = plain->pairs;
	for (size_t i = 0; i < plain->pairs; i++) {
		out->samples[0] += plain->count[0][i];
		out->samples[1] += plain->count[1][i];
	}
	if (!is_positive(plain) || !is_known(m, out->samples))
		goto cleanup;
	reduce(plain, as_seen, of);
	out->a = of[0];
	out->b = of[1];
	test(plain, swaps, seed, &out->p_more, &out->p_better);
	test(scaled, swaps, seed, &out->p_regression, &unused);
cleanup:
	free_pool(plain);
	free_pool(scaled);
	return err;
}
