/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the judges of claims ask a run. */
#pragma once

#include "user/analysis/rows.h"
#include "user/claims/verdict.h"
#include "user/model/observation.h"

#define EVIDENCE_SIZES 32

struct evidence {
	const struct run *run;
	struct rows rows;
	bool exact; /* a run in the lab, which has no intervals and needs none */
};

/* 0 or -ENOMEM. Free it in either case; it borrows the run. */
int evidence__init(struct evidence *e, const struct run *r);
void evidence__free(struct evidence *e);

/* A curve over sizes of the parent: a value for each, in all and by blocks. */
struct curve {
	int64_t bytes[EVIDENCE_SIZES];
	struct interval v[EVIDENCE_SIZES];
	struct blocks blocks[EVIDENCE_SIZES];
	size_t n;
};

/* Of two methods, how many times the first takes the time of the second, by what they are judged.
 */
void evidence__ratios(const struct evidence *e, const char *method, const char *other,
		      struct curve *c);
/* How long its call takes (ns). */
void evidence__calls(const struct evidence *e, const char *method, struct curve *c);
/* How much of the call's time passes from its return until the child is reaped. */
void evidence__rests(const struct evidence *e, const char *method, struct curve *c);

/* The size at which the curve passes the level for the first time, by straight lines in a log-log
 * plot; with the interval of the blocks' own. NAN: it never does. */
struct interval curve__crossing(const struct curve *c, double level);

/*
 * By how much the call, or the time until the program runs, grows per byte (ns) with the parent's
 * memory, or per VMA with `axis` "vmas".
 */
struct interval evidence__slope(const struct evidence *e, const char *method, const char *axis,
				bool started);

/* Whether it is certain that all of the interval is above, or below; an exact value is its own. */
bool evidence__above(const struct evidence *e, const struct interval *i, double level);
bool evidence__below(const struct evidence *e, const struct interval *i, double level);

/*
 * By a curve of how many times as long something takes as something else: it holds that they are
 * the same if it is nowhere more than 10 % longer, and depends if it is somewhere not.
 */
void evidence__judge_same(const struct evidence *e, struct verdict *v, const struct curve *c);

/* Adds the first and the last value of the curve; `what` stands before the first size. */
void evidence__add_ends(struct verdict *v, enum number_unit unit, const struct curve *c,
			const char *what);

/* The interval, `factor` times (above 0). */
struct interval evidence__times(struct interval i, double factor);

/* Says that there are no cells of the method, over an axis unless that is NULL; with the reason if
 * the run has it. */
void evidence__no_cells(const struct evidence *e, struct verdict *v, const char *method,
			const char *axis);

/* What was observed. NULL: it is absent, and `v` says why. */
const struct series *evidence__observed(const struct evidence *e, struct verdict *v,
					const char *name);
/* How many values are this one. */
size_t evidence__count(const struct series *s, int64_t value);
/* Its middle (interval__pseudomedian()), with a 95 % interval; in the lab the median alone. */
struct interval evidence__median(const struct evidence *e, const struct series *s);
/* Of two series that were taken in turn, by how much the first is more. */
struct interval evidence__difference(const struct series *a, const struct series *b);
