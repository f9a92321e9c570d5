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

#include "user/analysis/birth_sums.h"
#include "user/analysis/rows.h"

struct report_run {
	const struct run *run;
	const char *path;	   /* as it was given */
	char *name;		   /* short, and different for each run */
	struct rows rows;	   /* of a bench: the shown ones */
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

/* The number of the run that has this row. */
size_t report__run_of(const struct report *p, const struct row *row);

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

#endif
