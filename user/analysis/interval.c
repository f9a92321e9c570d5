// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/interval.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double interval__median(double *x, size_t n)
{
	qsort(x, n, sizeof(*x), compare_doubles);
	if (n == 0)
		return NAN;
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/*
 * The number of averages outside an interval of this alpha, on each side: the largest k with
 * P(W+ < k) <= alpha / 2 for the untied ranks 1 to n.
 */
static int averages_outside(size_t n, double alpha, size_t *k)
{
	size_t i, s, total = n * (n + 1) / 2;
	double *p = calloc(total + 1, sizeof(*p));
	double below = 0;

	if (!p)
		return -ENOMEM;
	p[0] = 1;
	for (i = 1; i <= n; i++) {
		for (s = i * (i + 1) / 2;; s--) {
			p[s] = (p[s] + (s >= i ? p[s - i] : 0)) / 2;
			if (s == 0)
				break;
		}
	}
	/* A hair of tolerance, for an alpha that is meant to be just 2^-n. */
	for (*k = 0; *k <= total; ++*k) {
		below += p[*k];
		if (below > alpha / 2 * (1 + 1e-12))
			break;
	}
	free(p);
	return 0;
}

int interval__pseudomedian(const double *d, size_t n, double alpha, struct interval *interval)
{
	size_t count = 0, pairs = 0, outside;
	double *averages;
	int err;

	*interval = (struct interval){NAN, -INFINITY, INFINITY};
	for (size_t i = 0; i < n; i++)
		count += !isnan(d[i]);
	if (count > INTERVAL_VALUES_MAX)
		return -E2BIG;
	averages = malloc((count * (count + 1) / 2 + 1) * sizeof(*averages));
	err = !averages ? -ENOMEM : averages_outside(count, alpha, &outside);
	if (err || count == 0)
		goto cleanup;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i; j < n; j++) {
			if (!isnan(d[i]) && !isnan(d[j]))
				averages[pairs++] = (d[i] + d[j]) / 2;
		}
	}
	interval->estimate = interval__median(averages, pairs);
	if (outside > 0) {
		interval->low = averages[outside - 1];
		interval->high = averages[pairs - outside];
	}
cleanup:
	free(averages);
	return err;
}
