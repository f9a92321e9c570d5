// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

#define PAGES 1024

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *alone = evidence__observed(e, v, "cow_write_alone_ns");
	const struct series *beside = evidence__observed(e, v, "cow_write_beside_child_ns");
	const struct series *faults = evidence__observed(e, v, "cow_faults_beside_child");
	const struct series *thread;
	struct verdict none;
	double share;

	if (!alone || !beside || !faults)
		return;
	share = stats_median(faults) / PAGES;
	verdict__exact(v, UNIT_TIMES, share, "faults per page written beside a child");
	thread = evidence__observed(e, &none, "cow_faults_of_another_thread");
	if (thread)
		verdict__exact(v, UNIT_TIMES, stats_median(thread) / PAGES, "by another thread");
	verdict__number(v, UNIT_TIME, evidence__median(e, beside), "per page, beside a child");
	verdict__number(v, UNIT_TIME, evidence__median(e, alone), "alone");
	if (share >= 0.9)
		verdict__say(v, VERDICT_HOLDS, "a fault for each page%s",
			     thread ? ", and for its other threads" : "");
	else
		verdict__say(v, share < 0.1 ? VERDICT_FAILS : VERDICT_INCONCLUSIVE,
			     "a fault for %.0f %% of the pages", 100 * share);
}

const struct claim claim_parent_cow = {
	.name = "parent-cow",
	.text = "while the child lives, the parent pays COW faults too",
	.tested = "A parent writes 1,024 pages of 4 KiB once while a child lives and once "
		  "without one, in turn; faults by getrusage(2). Then another thread of "
		  "it does.",
	.experiments = {"cow"},
	.judge = judge,
};
