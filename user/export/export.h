/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A run for other tools. A new format is a file, and a line in export.c. */
#ifndef SPAWNSCOPE_EXPORT_H
#define SPAWNSCOPE_EXPORT_H

#include <stdio.h>

#include "user/model/run.h"

/* Each writes the whole. 0 or -errno. */

/*
 * RFC 4180 but for the line ends, which are newlines: a header, and a row a sample; of a profile, a
 * row a birth.
 */
int export_csv(const struct run *r, FILE *out);
int export_csv_births(const struct run *r, FILE *out);

/* A trace of a profile's births; its zero is the first of them. */
int export_perfetto(const struct run *r, FILE *out);

/*
 * OpenMetrics 1.0 that is also Prometheus' text format 0.0.4, for node_exporter's textfile
 * collector: summaries alone, no sample, no timestamp.
 */
int export_openmetrics(const struct run *r, FILE *out);

#endif
