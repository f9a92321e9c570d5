/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Decides rows: exact ones alone, statistical ones together. */
#pragma once

#include "user/gate/compare/policy.h"
#include "user/gate/compare/verdict.h"

/*
 * ASLR moves page counts by a few between otherwise identical processes: a stack or a heap reaches
 * into another page, a mapping into another page table. Of 200 parents measured here, no two were
 * more than 5 pages apart.
 */
#define GATE_LAYOUT_PAGES 8

/* Fewer pairs cannot show a time to be within its margin: 2^-5 is the first below 5 %. */
#define GATE_PAIRS_LEAST 5

/* The values of a metric that a row compares. */
struct gate_values {
	const double *a, *b; /* one per run; NAN: none */
	size_t count_a, count_b;
	bool varies;  /* within a run */
	double slack; /* what ASLR may change, in the metric's unit */
	double moved; /* and by how much links of A differ from one another; 0: not known */
};

/* Decides a row that is exact by nature, or demotes it to a statistical one. */
void gate_decide_exact(struct gate_row *row, const struct gate_values *v,
		       const struct gate_policy *policy);

/* The probability that all b runs of B are above all a runs of A by chance: 1 / C(a + b, b). */
double gate_chance_of_order(size_t a, size_t b);

/* What is taken of each run instead of its median. */
struct gate_look {
	const char *name;    /* "means", "largest values" */
	double share, gross; /* of A's that B's may be larger by; and beyond which it is no pass */
	double few;	     /* so many times gate_row__few() B's may be larger, too */
};

/*
 * Looks at what a median does not see of a count whose medians are not worse: a and b are what the
 * look takes of runs. If their mean is larger in B by more than `share` of it, and than what is
 * allowed, the row shows these means, and is
 *  - a regression if all runs of B are above all of A, and chance would order the runs so in fewer
 *    than alpha_regression of all ways; or if B is above A in so many pairs that a sign test
 *    rejects at a hundredth of it;
 *  - inconclusive if all runs of B are above all of A, or the mean is larger by `gross` and by more
 *    than a few. Of a demoted count that takes eight pairs.
 * Where runs differ at all by more than the layout moves, the row is `unlike`.
 */
void gate_decide_sums(struct gate_row *row, const struct gate_values *v,
		      const struct gate_look *look, const struct gate_policy *policy);

/* Estimates the change from pairs of runs. 0 or -ENOMEM. */
int gate_estimate_pairs(struct gate_row *row, const struct gate_values *v,
			const struct gate_policy *policy);

/*
 * Decides all statistical rows of a report together, once they are estimated. 0 or -ENOMEM.
 * `in_turn`: the runs of A and B were taken in turn; without that, nothing is decided.
 */
int gate_decide_pairs(struct gate_report *report, const struct gate_policy *policy, bool in_turn);

/* The level at which each regression must show again in fresh pairs. */
#define GATE_CONFIRM_ALPHA 0.05

/*
 * Demotes regressions that did not show again in the comparison of `fresh` other pairs. Returns the
 * number of those that did.
 */
size_t gate_keep_confirmed(struct gate_report *report, struct gate_report *again, size_t fresh);
