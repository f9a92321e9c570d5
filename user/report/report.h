/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The report: runs as one page, or as Markdown. A view is one thing that a page shows: a C file
 * that gives its data and writes them as tables, and a script of the same name that draws them.
 */
#ifndef SPAWNSCOPE_REPORT_H
#define SPAWNSCOPE_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "user/model/run.h"
#include "user/table/part.h"

/* What a row's method is set against. */
#define REPORT_REFERENCE "posix_spawn"

/* Quantiles of the values present (Hyndman and Fan's definition 7); NAN where there are none, and
 * for p10, p90 and p99 where fewer than ten values lie beyond (stats_tail_known()). */
struct spread {
	size_t n;
	double min, p10, median, p90, p99, max;
};

/* What was measured of one method from one parent: a cell, with those of the other passes. */
struct row {
	const struct cell *cell;     /* of the pass whose times are shown */
	const struct cell *full;     /* of the pass with all probes, or NULL */
	const struct cell *bare;     /* of the pass without probes, or NULL */
	const struct row *reference; /* posix_spawn from the same parent, or NULL */
	size_t group;		     /* the same number for all rows with this parent */
	size_t line;  /* the same number for all rows that differ in the parent's size only */
	int64_t rss;  /* bytes, or MISSING */
	char *method; /* "fork" */
	char *parent; /* "64M thp" */
	char *label;  /* "fork", or "fork thp" if the run has other pages, too */
	struct spread call, total; /* spawn_ns, total_ns */
	size_t run, index;	   /* where it stands in the report */
};

struct birth_sums;

struct report_run {
	const struct run *run;
	const char *path; /* as it was given */
	char *name;	  /* short, and different for each run */
	struct table t;	  /* which axes labels tell, and the pass whose times are shown */
	struct row *rows; /* by size, parent, and order in the grid */
	size_t count;
	bool instructions;	   /* its clock counts them */
	struct birth_sums *births; /* of a profile; NULL: it has none */
};

struct report {
	struct report_run *runs;
	size_t count;
	json_t *const *verdicts; /* the gate's JSON */
	char *const *verdict_paths;
	size_t verdict_count;
	bool truncated; /* runs that broke off were asked for, too */
};

/* Takes the runs as they are: they must stay. 0 or -ENOMEM. */
int report__init(struct report *p, const struct run *runs, char *const *paths, size_t count);
void report__free(struct report *p);

/* Whether all runs count the same thing: nanoseconds and instructions cannot be compared. */
bool report__same_clock(const struct report *p);

/* The row with this cell's key, but for what was attached; NULL if the run has none. */
const struct row *report_run__find(const struct report_run *r, const struct cell *like);

/* Whether the children exec. */
bool row__execs(const struct row *row);

/*
 * The cell that has values of this phase: the one whose times are shown, else the one with all
 * probes (*starred is set then: few samples, with the probes' cost in them); NULL: none has.
 */
const struct cell *row__phase(const struct row *row, enum phase p, bool *starred);

/* The same for a count, which is exact in any pass. */
const struct cell *row__count(const struct row *row, enum count c);

/* The source of the phase's values in this cell, or the run's; NULL if it is not told. */
const char *phase_source(const struct run *r, const struct cell *c, enum phase p);

struct view {
	const char *id; /* of its section and its script */
	const char *title;
	/* What its script draws; null if the runs have nothing for the view, which then is not in
	 * the page. NULL: out of memory. */
	json_t *(*data)(const struct report *p);
	/* The words and tables, as HTML. */
	void (*write)(const struct report *p, FILE *out);
};

/* In the order of the page. A new view is a file with one of these, and its name in views.c. */
extern const struct view *const views[];
extern const size_t view_count;

/* Each writes the whole of it. 0 or -ENOMEM. */
int report_page(const struct report *p, FILE *out);
int report_markdown(const struct report *p, FILE *out);

#endif
