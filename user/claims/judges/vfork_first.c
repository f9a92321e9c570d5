// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *first = evidence__observed(e, v, "vfork_child_ended_first");
	const struct series *ticks;
	struct verdict none;
	bool others;

	if (!first)
		return;
	ticks = evidence__observed(e, &none, "vfork_ticks_of_another_thread");
	others = ticks && evidence__count(ticks, 0) < ticks->n;
	verdict__exact(v, UNIT_COUNT, (double)evidence__count(first, 1),
		       "children that had ended when vfork returned, of %u", first->n);
	if (ticks)
		verdict__exact(v, UNIT_COUNT, stats_median(ticks),
			       "times another thread ran while a child slept 5 ms");
	if (evidence__count(first, 1) == first->n)
		verdict__say(v, VERDICT_HOLDS,
			     "the caller is held until its child execs or exits%s",
			     others ? "; its other threads go on" : "");
	else
		verdict__say(v, VERDICT_FAILS, "some calls returned before their child had ended");
}

const struct claim claim_vfork_first = {
	.name = "vfork-first",
	.text = "after vfork the child runs first",
	.tested = "The time at which a child exits against the time at which vfork "
		  "returns; and a thread of the parent that counts while the child "
		  "sleeps.",
	.experiments = {"vfork_order"},
	.judge = judge,
};
