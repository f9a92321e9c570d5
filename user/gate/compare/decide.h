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

/* The values of a metric that a row compares. */
struct gate_values {
	const double *a, *b; /* one per run; NAN: none */
	size_t count_a, count_b;
	bool varies;  /* within a run */
	double slack; /* what ASLR may change, in the metric's unit */
};

/* Decides a row that is exact by nature, or demotes it to a statistical one. */
void gate_decide_exact(struct gate_row *row, const struct gate_values *v,
		       const struct gate_policy *policy);

/* Estimates the change from pairs of runs. 0 or -ENOMEM. */
int gate_estimate_pairs(struct gate_row *row, const struct gate_values *v,
			const struct gate_policy *policy);

/*
 * Decides all statistical rows of a report together, once they are estimated. 0 or -ENOMEM.
 * `in_turn`: the runs of A and B were taken in turn; without that, nothing is decided.
 */
int gate_decide_pairs(struct gate_report *report, const struct gate_policy *policy, bool in_turn);
