/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a handful of values agree on, and how sure that is. Missing values are NAN: not counted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define INTERVAL_VALUES_MAX 400

struct interval {
	double estimate;  /* NAN without data */
	double low, high; /* infinite where the data cannot bound it at this confidence */
};

/* The median of n values, none of them NAN; sorts them. NAN without values. */
double interval__median(double *x, size_t n);

/*
 * The Hodges-Lehmann estimate: the median of all (d[i] + d[j]) / 2 with i <= j. Its interval has a
 * two-sided confidence of 1 - alpha and inverts the signed-rank test without ties (Hollander, Wolfe
 * and Chicken 2014, 3.2 and 3.3: closed intervals, which are conservative with ties). 0, -ENOMEM,
 * or -E2BIG with more than INTERVAL_VALUES_MAX.
 */
int interval__pseudomedian(const double *d, size_t n, double alpha, struct interval *interval);
