/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The runs of a report. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "user/analysis/birth_sums.h"
#include "user/analysis/changes.h"
#include "user/analysis/rows.h"
#include "user/answers/profile.h"

struct report_run {
	const struct run *run;
	const char *path;	   /* as it was given */
	char *name;		   /* short and unique */
	struct rows rows;	   /* of a bench: the shown ones */
	bool instructions;	   /* its clock counts them */
	struct birth_sums *births; /* of a profile, which may have none; else NULL */
	struct profile_summary summary;
};

/* The first and the last bench of a report, and what changed between them: nothing if there are no
 * two, or their times have different units. */
struct report_pair {
	const struct report_run *from, *to;
	struct changes changes;
};

struct report {
	struct report_run *runs;
	size_t count;
	struct axes axes; /* that vary in any of the runs */
	struct report_pair pair;
	json_t *const *verdicts; /* the gate's JSON; borrowed */
	char *const *verdict_paths;
	size_t verdict_count;
	bool truncated;		/* --truncated was given */
	char *const *run_paths; /* of all runs, as they were given */
	size_t run_path_count;
	bool joined; /* the runs are the two sides of a gate, each of several files */
};

/*
 * Borrows the runs and paths. `births`: for each run its births, to which birth_sums__add() was the
 * last call, or NULL if there are none; takes them over. It may be NULL, too. 0 or -ENOMEM; free it
 * in any case.
 */
int report__init(struct report *p, const struct run *runs, char *const *paths, size_t count,
		 struct birth_sums **births);
void report__free(struct report *p);

/* Whether the times of all runs have one unit: nanoseconds and instructions cannot be compared, nor
 * can instructions that were counted by different rules. */
bool report__same_unit(const struct report *p);

/* The number of the run that has this row. */
size_t report__run_of(const struct report *p, const struct row *row);
