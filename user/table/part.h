/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: what the tables share, and the parts of table_print(). */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/analysis/rows.h"
#include "user/text/columns.h"
#include "user/text/layout.h"

#define HEADING_MAX 32

struct table {
	const struct run *r;
	FILE *out;
	bool colour;
	struct axes axes;     /* that labels include */
	enum probe_set shown; /* the one whose times are shown */
	struct rows times;    /* taken with it */
	struct rows full;     /* taken with all probes */
	struct rows bare;     /* taken without probes */
};

/* Adds the cell's parent: "64M thp vmas=1000"; not escaped. */
void table_add_parent(const struct table *t, const struct cell *c, struct strbuf *text);
/* The cell's method, "-" if it has none; not escaped. */
const char *table_method(const struct cell *c);

/* Adds the group's label, escaped; of a stack, which is printed elsewhere, only its beginning. */
void table_add_group(const struct groups *all, const struct group *g, struct strbuf *line);

/* "clone_setup" is headed SETUP: what the table is about need not be said. Returns buf. */
const char *table_heading(enum phase p, char buf[HEADING_MAX]);

/* A sheet whose labels are PARENT and METHOD. */
struct columns *table_sheet(void);

/* Adds a row's labels: PARENT only where it is not the parent of `before`, the row above, or NULL.
 */
void table_add_labels(const struct table *t, struct columns *s, const struct row *row,
		      const struct row *before);

void table_add_time(const struct table *t, struct columns *s, double ns);

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
