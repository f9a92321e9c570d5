/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many quantiles of one series, sorted once; stats_quantile() searches it anew for each. */
#pragma once

#include "user/model/run.h"

struct sorted {
	int64_t *v; /* the values present, ascending */
	size_t n;
};

/* 0 or -ENOMEM. */
int sorted__of(struct sorted *s, const struct series *series);
void sorted__free(struct sorted *s);

/* The same value as stats_quantile()'s. */
double sorted__quantile(const struct sorted *s, double q);

/*
 * Quantiles of the values present (Hyndman and Fan's definition 7). NAN where there are none; p10,
 * p90 and p99 also where fewer than ten values lie beyond them (stats_tail_known()).
 */
struct spread {
	size_t n;
	double min, p10, median, p90, p99, max;
};

/* 0 or -ENOMEM. */
int spread_of(const struct series *series, struct spread *spread);
