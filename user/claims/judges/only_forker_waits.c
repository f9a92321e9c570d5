// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

/* How often the thread waited at all. */
static double waits(const struct series *s)
{
	return (double)(s->n - evidence__count(s, 0));
}

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *alone = evidence__observed(e, v, "wait_worst_beside_loop_ns");
	const struct series *beside =
		alone ? evidence__observed(e, v, "wait_worst_beside_fork_ns") : NULL;
	const struct series *call;
	struct interval more;
	struct verdict none;

	if (!beside)
		return;
	more = evidence__difference(beside, alone);
	verdict__number(v, UNIT_TIME, evidence__median(e, beside),
			"another thread's longest wait, beside a fork");
	call = evidence__observed(e, &none, "wait_fork_call_ns");
	if (call)
		verdict__number(v, UNIT_TIME, evidence__median(e, call), "the fork's call");
	verdict__exact(v, UNIT_COUNT, waits(beside), "forks in which the thread waited, of %u",
		       beside->n);
	verdict__exact(v, UNIT_COUNT, waits(alone), "loops as long in which it did, of %u",
		       alone->n);
	if (evidence__above(e, &more, 0))
		verdict__say(v, VERDICT_FAILS,
			     "a thread that touches new pages waits for the lock of the memory "
			     "map, which fork holds");
	else if (waits(beside) == 0)
		verdict__say(v, VERDICT_HOLDS, "no other thread was seen to wait");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "%s",
			     waits(alone) > 0 ? "the thread waits without a fork, too"
					      : "the thread waits beside too few of the forks");
}

const struct claim claim_only_forker_waits = {
	.name = "only-forker-waits",
	.text = "only the forking thread waits",
	.tested =
		"In a parent of 256 MiB a thread touches new pages and measures itself, in windows "
		"of "
		"25 ms in which the main thread forks, or loops for as long, in turn: the longest "
		"touch in which it slept, not those in which it was preempted. The child does "
		"nothing meanwhile.",
	.experiments = {"stall"},
	.judge = judge,
};
