/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: what the tables share, and the parts of table_print(). */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/groups.h"
#include "user/analysis/rows.h"
#include "user/base/option.h"
#include "user/table/profile.h"
#include "user/text/columns.h"
#include "user/text/layout.h"

#define HEADING_MAX 32

struct table {
	const struct run *r;
	FILE *out;
	bool colour;
	struct axes axes;	  /* that labels include */
	bool axes_apart;	  /* each in a column of its own */
	enum probe_set shown;	  /* the one whose times are shown */
	struct rows times;	  /* taken with it */
	struct rows full;	  /* taken with all probes */
	struct rows bare;	  /* taken without probes */
	const struct row **order; /* of `times`: as they are printed */
};

/* The rows by a column that table_sort_option() chose; free() it. NULL: out of memory. */
const struct row **table_order(const struct rows *rows, size_t column);

/* Adds the cell's parent: "64M thp vmas=1000"; not escaped. */
void table_add_parent(const struct table *t, const struct cell *c, struct strbuf *text);
/* The cell's method, "-" if it has none; not escaped. */
const char *table_method(const struct cell *c);

/* Adds the group's label, escaped; of a stack, which is printed elsewhere, only its beginning. */
void table_add_group(const struct groups *all, const struct group *g, struct strbuf *line);

/* "clone_setup" is headed SETUP: what the table is about need not be said. Returns buf. */
const char *table_heading(enum phase p, char buf[HEADING_MAX]);

/* A sheet whose labels are PARENT, the axes that vary, and METHOD. */
struct columns *table_sheet(const struct table *t);

/* Whether a line has room for the axes, each in a column of its own. Else PARENT has them. */
bool table_axes_fit(const struct table *t);

/* Adds empty labels: they are those of the row above. */
void table_repeat_labels(const struct table *t, struct columns *s);

/* Adds a row's labels: those of the parent only where its parent is not that of `before`, the row
 * above, or NULL.
 */
void table_add_labels(const struct table *t, struct columns *s, const struct row *row,
		      const struct row *before);

/* What RATIO has: of the row to its reference, or to the first program. NAN: neither is known. */
double table_ratio(const struct row *row);
/* "1.93x" */
void table_add_ratio(struct columns *s, const struct row *row);
/* How far the interval of TOTAL goes to either side of it, in percent; NAN: there is none. */
double table_total_share(const struct row *row);
/* The same of any interval. */
void table_add_interval(struct columns *s, struct interval i);

/* Which ratios the rows of a table have, to explain them below it. */
struct table_ratios {
	bool execs, others;
	const struct cell *program; /* the first one, where programs are compared */
};
void table_note_ratio(struct table_ratios *r, const struct row *row);
/* Appends what RATIO is, without a stop at its end; nothing if no row has one. */
void table_explain_ratio(const struct table *t, const struct table_ratios *r, struct strbuf *text);

/* "EAGAIN", "2 of 50: ENOMEM", "none"; nothing where no call was to fail. */
void table_add_failed(struct columns *s, const struct cell *c);

void table_add_time(const struct table *t, struct columns *s, double ns);

/* The parts; 0 or -errno. Each prints nothing where the run has nothing for it. */
int table_latency(const struct table *t);
int table_stall(const struct table *t);
int table_call(const struct table *t);
int table_child(const struct table *t);
int table_pages(const struct table *t);
int table_cow(const struct table *t);
int table_syscalls(const struct table *t);
int table_tracing_cost(const struct table *t);
int table_overhead(const struct table *t);
int table_sources(const struct table *t);
int table_unmeasured(const struct table *t);
int table_births(const struct table *t);

/* Where each phase came from, or why it is absent. */
void table_print_sources(const struct phase_origin *origins, FILE *out, bool colour);

/* The group in the i-th row, the rest in the last if it has any; NULL: there is none. */
const struct group *table_profile_group(const struct profile_summary *s, size_t i);

/* A sheet whose labels are the group and its method, and those of a row. */
struct columns *table_profile_sheet(const struct profile_summary *s);
void table_add_profile_labels(const struct profile_summary *sum, struct columns *s,
			      const struct group *g);

/* What was lost or failed, if anything; it stands before all numbers. */
void table_profile_losses(const struct profile_summary *s, FILE *out, bool colour);
/* How many births, and their share of the command's time and CPU. */
void table_profile_headline(const struct profile_summary *s, FILE *out, bool colour);

/* The parts of a profile; 0 or -errno. The first is the one that stands last. */
int table_profile_calls(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_phases(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_totals(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_parents(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_stall(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_cow(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_syscalls(const struct profile_summary *s, FILE *out, bool colour);
int table_profile_sources(const struct profile_summary *s, FILE *out, bool colour);

/* How many parts a view has at most. */
#define TABLE_PARTS 2

/* A view that --show names, and its parts for either kind of run; NULL: none. */
struct table_view {
	struct option_value value;
	int (*of_bench[TABLE_PARTS])(const struct table *);
	int (*of_profile[TABLE_PARTS])(const struct profile_summary *, FILE *, bool);
};

extern const struct table_view table_views[]; /* the last has no name */

/* A line about the machine and the clock, as a title. */
void table_machine(const struct table *t);

/* The sentences, and the table of all rows that stands below them. */
int table_summary(const struct table *t);
