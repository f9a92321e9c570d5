/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts that are exact by nature but vary from run to run: too few traced runs for pairs. */
#ifndef SPAWNSCOPE_GATE_VARYING_H
#define SPAWNSCOPE_GATE_VARYING_H

#include "user/gate/gate.h"

/* Traced runs of a side; and how many there are to be if a count that varies looks larger in B. */
#define GATE_REPEATS	  3
#define GATE_REPEATS_MORE 7

/*
 * Decides the rows of a comparison of these runs (GATE_REPEATS_MORE a side at most) that gate, and
 * were demoted. B is held against the range that either side varies over, or the tolerance if that
 * is more: by its median no further above A, the row is only shown; with all runs of B further
 * above all of A, it is a regression, if chance does that seldom enough (1 / C(2n, n), the rank
 * test of Wilcoxon and of Mann and Whitney, by Holm over these rows); else it is inconclusive.
 * *more: more runs could make it a regression. 0 or -errno.
 */
int gate_decide_varying(struct gate_report *report, const struct run *a, const struct run *b,
			size_t count, const struct gate_policy *policy, bool *more);

/* The row of the same cell, pass and metric; NULL. */
struct gate_row *gate_same_row(struct gate_report *r, const struct gate_row *like);

#endif
