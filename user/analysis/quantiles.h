/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Many quantiles of one series: sorted once, where stats_quantile() goes over it for each. */
#ifndef SPAWNSCOPE_REPORT_SORTED_H
#define SPAWNSCOPE_REPORT_SORTED_H

#include "user/report/report.h"

struct sorted {
	int64_t *v; /* the values present, ascending */
	size_t n;
};

/* 0 or -ENOMEM. */
int sorted__of(struct sorted *s, const struct series *series);
void sorted__free(struct sorted *s);

/* As stats_quantile(). */
double sorted__quantile(const struct sorted *s, double q);

/* NAN in every field if there is no value. 0 or -ENOMEM. */
int spread_of(const struct series *series, struct spread *spread);

#endif
