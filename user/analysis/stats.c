// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/stats.h"

#include <math.h>

size_t stats_count(const struct series *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->n; i++)
		count += s->v[i] != MISSING;
	return count;
}

/* MISSING is the smallest number, and counts. */
static size_t count_up_to(const struct series *s, int64_t limit)
{
	size_t count = 0;

	for (size_t i = 0; i < s->n; i++)
		count += s->v[i] <= limit;
	return count;
}

static int64_t smallest_above(const struct series *s, int64_t limit)
{
	int64_t smallest = INT64_MAX;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] > limit && s->v[i] < smallest)
			smallest = s->v[i];
	}
	return smallest;
}

static int64_t largest(const struct series *s)
{
	int64_t largest = MISSING;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] > largest)
			largest = s->v[i];
	}
	return largest;
}

/* So few values are sorted on the stack. */
#define FEW 64

/* By insertion, into v. */
static void sort_few(const struct series *s, int64_t v[FEW])
{
	for (size_t i = 0; i < s->n; i++) {
		int64_t value = s->v[i];
		size_t k = i;

		for (; k > 0 && v[k - 1] > value; k--)
			v[k] = v[k - 1];
		v[k] = value;
	}
}

/*
 * The smallest value that at least `rank` elements do not exceed, by bisecting its range: a few
 * dozen passes whatever the data, no copy and so no way to fail, and faster than sorting.
 */
static int64_t order_statistic(const struct series *s, size_t rank)
{
	int64_t few[FEW] = {0};
	int64_t low, high;

	if (s->n <= FEW) {
		sort_few(s, few);
		return few[rank - 1];
	}
	low = smallest_above(s, MISSING);
	high = largest(s);
	while (low < high) {
		int64_t middle = (int64_t)((uint64_t)low + ((uint64_t)high - (uint64_t)low) / 2);

		if (count_up_to(s, middle) >= rank)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

double stats_quantile(const struct series *s, double q)
{
	size_t count = stats_count(s), missing = s->n - count;
	double position, below;
	size_t rank;
	int64_t lower, upper;

	if (count == 0)
		return NAN;
	position = q * (double)(count - 1);
	below = floor(position);
	rank = missing + (size_t)below + 1;
	lower = order_statistic(s, rank);
	if (position == below)
		return (double)lower;
	upper = count_up_to(s, lower) > rank ? lower : smallest_above(s, lower);
	return (double)lower + (position - below) * ((double)upper - (double)lower);
}

double stats_median(const struct series *s)
{
	return stats_quantile(s, 0.5);
}

/* Less a margin for fractions that binary has not: 100 * (1 - 0.9) is 9.999999999999998. */
#define VALUES_BEYOND (10 - 1e-6)

bool stats_tail_known(const struct series *s, double q)
{
	return (double)stats_count(s) * (1 - q) >= VALUES_BEYOND;
}

size_t stats_tail_least(double q)
{
	return (size_t)ceil(VALUES_BEYOND / (1 - q));
}

double stats_sum(const struct series *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] != MISSING)
			sum += (double)s->v[i];
	}
	return sum;
}

double stats_mean(const struct series *s)
{
	size_t count = stats_count(s);

	return count ? stats_sum(s) / (double)count : NAN;
}

size_t stats_count_beyond(size_t n, double q)
{
	size_t count = (size_t)((double)n * (1 - q) + 1e-6); /* as for VALUES_BEYOND */

	return count ? count : 1;
}

double stats_mean_beyond(const struct series *s, double q)
{
	size_t count = stats_count(s), wanted = stats_count_beyond(count, q), above = 0;
	double sum = 0;
	int64_t least;

	if (count == 0)
		return NAN;
	/* Those above the smallest of them, and as many of its size as are missing then. */
	least = order_statistic(s, s->n - wanted + 1);
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] > least) {
			sum += (double)s->v[i];
			above++;
		}
	}
	return (sum + (double)(wanted - above) * (double)least) / (double)wanted;
}
