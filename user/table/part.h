/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the text tables: what the parts of table_print() share. */
#ifndef SPAWNSCOPE_TABLE_PART_H
#define SPAWNSCOPE_TABLE_PART_H

#include <stdbool.h>
#include <stdio.h>

#include "user/model/run.h"
#include "user/text/wrap.h"

#define AXES_MAX  16 /* further axes are not told apart in labels */
#define LABEL_MAX 128

struct table {
	const struct run *r;
	FILE *out;
	bool colour;
	const char *time_pass; /* the value of axis `trace` whose times are shown */
	/* Axes of which cells have different values, but for those that have a place of their own.
	 */
	const char *axes[AXES_MAX];
	size_t axis_count;
};

/* One cell, and the parent it is grouped by. */
struct table_row {
	const struct cell *cell;
	size_t group; /* the same number for all cells with this parent */
};

struct table_rows {
	struct table_row *v;
	size_t n;
};

/* Sets the fields that follow from t->r. */
void table_prepare(struct table *t);

/*
 * The cells of one pass that have data: parents by ascending rss_bytes, each parent's cells
 * together and in the run's order. 0 or -ENOMEM.
 */
int table_rows_select(const struct table *t, const char *pass, struct table_rows *rows);
void table_rows_free(struct table_rows *rows);

/* What tells the cell's parent from others: "64M thp vmas=1000"; escaped. Returns buf. */
const char *table_parent(const struct table *t, const struct cell *c, char buf[LABEL_MAX]);
/* The cell's method, escaped. Returns buf. */
const char *table_method(const struct cell *c, char buf[LABEL_MAX]);

/* A sheet whose labels are PARENT and METHOD. */
struct sheet *table_sheet(void);

/* Adds a row's labels: PARENT only where it is not *group, that of the row above. */
#define NO_GROUP SIZE_MAX
void table_add_labels(const struct table *t, struct sheet *s, const struct table_row *row,
		      size_t *group);

void table_add_time(const struct table *t, struct sheet *s, double ns);
/* With a star: taken in the pass with all probes. */
void table_add_starred_time(const struct table *t, struct sheet *s, double ns);
/* A number without unit in a dozen columns at most; "-" for NAN. */
void table_add_number(struct sheet *s, double number);

/* The parts, in order; 0 or -errno. Each prints nothing where the run has nothing for it. */
int table_latency(const struct table *t);
int table_call(const struct table *t);
int table_child(const struct table *t);
int table_pages(const struct table *t);
int table_cow(const struct table *t);
int table_tracing_cost(const struct table *t);
int table_overhead(const struct table *t);
void table_sources(const struct table *t);
void table_unmeasured(const struct table *t);

#endif
