/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/model/run.h"

/* Number of values that are not MISSING. */
size_t stats_count(const struct series *s);

/*
 * The q-quantile (0 <= q <= 1) of the values present, by linear interpolation between order
 * statistics (Hyndman and Fan 1996, definition 7: the default of R and NumPy).
 * NAN if there are none.
 */
double stats_quantile(const struct series *s, double q);

double stats_median(const struct series *s);

/*
 * Whether a tail quantile means something: at least ten values lie beyond it, i.e.
 * n * (1 - q) >= 10. A p99 of 100 samples is their maximum, and no p99.
 */
bool stats_tail_known(const struct series *s, double q);
/* The least number of samples of which it does, for q below 1. */
size_t stats_tail_least(double q);

/*
 * The mean of the values beyond the q-quantile: of the n * (1 - q) largest ones, at least one. NAN
 * if there are none.
 */
double stats_mean_beyond(const struct series *s, double q);
/* How many values of n these are. */
size_t stats_count_beyond(size_t n, double q);

double stats_mean(const struct series *s); /* NAN if there are no values */
double stats_sum(const struct series *s);
