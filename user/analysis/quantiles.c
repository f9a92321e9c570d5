// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/quantiles.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"

#define DIGIT_BITS 11
/* Of fewer values: more rounds, each with fewer digits to count. */
#define FEW	       1000
#define FEW_DIGIT_BITS 8

/*
 * A radix sort, lowest digit first, of the values minus the smallest one. A run's times differ in
 * three or four digits: a million of them take some milliseconds.
 */
static void sort(uint64_t *keys, uint64_t *other, size_t n, uint64_t most)
{
	unsigned int bits = n < FEW ? FEW_DIGIT_BITS : DIGIT_BITS;
	size_t at[((size_t)1 << DIGIT_BITS) + 1], digits = (size_t)1 << bits;

	for (unsigned int shift = 0; shift < 64 && most >> shift; shift += bits) {
		memset(at, 0, (digits + 1) * sizeof(*at));
		for (size_t i = 0; i < n; i++)
			at[(keys[i] >> shift & (digits - 1)) + 1]++;
		for (size_t i = 0; i < digits; i++)
			at[i + 1] += at[i];
		for (size_t i = 0; i < n; i++)
			other[at[keys[i] >> shift & (digits - 1)]++] = keys[i];
		memcpy(keys, other, n * sizeof(*keys));
	}
}

int sorted__of(struct sorted *s, const struct series *series)
{
	size_t i, n = stats_count(series);
	int64_t least = INT64_MAX, most = INT64_MIN;
	uint64_t *keys, *other;

	*s = (struct sorted){0};
	if (n == 0)
		return 0;
	keys = calloc(n, sizeof(*keys));
	other = calloc(n, sizeof(*other));
	if (!keys || !other) {
		free(keys);
		free(other);
		return -ENOMEM;
	}
	for (i = 0; i < series->n; i++) {
		if (series->v[i] == MISSING)
			continue;
		keys[s->n++] = (uint64_t)series->v[i];
		least = series->v[i] < least ? series->v[i] : least;
		most = series->v[i] > most ? series->v[i] : most;
	}
	for (i = 0; i < n; i++)
		keys[i] -= (uint64_t)least;
	sort(keys, other, n, (uint64_t)most - (uint64_t)least);
	for (i = 0; i < n; i++)
		keys[i] += (uint64_t)least;
	free(other);
	s->v = (int64_t *)keys;
	return 0;
}

void sorted__free(struct sorted *s)
{
	free(s->v);
	*s = (struct sorted){0};
}

double sorted__quantile(const struct sorted *s, double q)
{
	double position;
	size_t rank;

	if (s->n == 0)
		return NAN;
	position = q * (double)(s->n - 1);
	rank = (size_t)position;
	if (rank + 1 >= s->n)
		return (double)s->v[s->n - 1];
	return (double)s->v[rank] +
	       (position - (double)rank) * ((double)s->v[rank + 1] - (double)s->v[rank]);
}

int spread_of(const struct series *series, struct spread *spread)
{
	struct sorted s;
	int err = sorted__of(&s, series);

	if (err)
		return err;
	*spread = (struct spread){
		.n = s.n,
		.min = sorted__quantile(&s, 0),
		.p10 = stats_tail_known(series, 0.90) ? sorted__quantile(&s, 0.10) : NAN,
		.median = sorted__quantile(&s, 0.50),
		.p90 = stats_tail_known(series, 0.90) ? sorted__quantile(&s, 0.90) : NAN,
		.p99 = stats_tail_known(series, 0.99) ? sorted__quantile(&s, 0.99) : NAN,
		.max = sorted__quantile(&s, 1),
	};
	sorted__free(&s);
	return 0;
}
