/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counts that are exact by nature but vary from run to run, in too few traced runs for pairs. */
#pragma once

#include "user/gate/compare/policy.h"
#include "user/gate/compare/verdict.h"
#include "user/model/run.h"

/* Traced runs per side; and the number to extend them to if a varying count looks larger in B. */
#define GATE_REPEATS	  3
#define GATE_REPEATS_MORE 7

/*
 * Decides the demoted rows of a comparison of these runs, GATE_REPEATS_MORE per side at most. B may
 * be above A by the range over which either side varies, or by the tolerance if that is more. If
 * B's median is within that, the row is only shown. If all runs of B are above all of A by more, it
 * is a regression, unless chance would do that too often: 1 / C(2n, n), as in the rank test of
 * Wilcoxon and of Mann and Whitney, with Holm's procedure over these rows. Anything else is
 * inconclusive. *more: more runs could show a regression. 0 or -errno.
 */
int gate_decide_varying(struct gate_report *report, const struct run *a, const struct run *b,
			size_t count, const struct gate_policy *policy, bool *more);
