// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

/* Adds the number; whether both orders were seen. */
static bool add(struct verdict *v, const struct series *s, const char *where)
{
	size_t first = evidence__count(s, 1);

	verdict__exact(v, UNIT_COUNT, (double)first, "child first %s, of %zu", where, s->n);
	return first > 0 && first < s->n;
}

static void judge(const struct evidence *e, struct verdict *v)
{
	struct verdict none;
	const struct series *one = evidence__observed(e, v, "fork_child_first_on_one_cpu");
	const struct series *any = evidence__observed(e, &none, "fork_child_first_on_any_cpu");
	bool both_on_one = false, both_on_any = false;

	if (!one && !any)
		return;
	if (one)
		both_on_one = add(v, one, "on one CPU");
	if (any)
		both_on_any = add(v, any, "on any CPU");
	if (both_on_one || both_on_any)
		verdict__say(v, VERDICT_HOLDS, "both orders were seen%s",
			     both_on_one && both_on_any ? ""
			     : both_on_one		? " on one CPU"
							: " where the child may have its own CPU");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE,
			     "one order alone was seen: the other is rarer than 1 %% (95 %%), or "
			     "impossible");
}

const struct claim claim_fork_first = {
	.name = "fork-first",
	.text = "after fork either may run first",
	.tested = "The time at which a child begins against the time at which fork "
		  "returns in the parent, 300 times on one CPU and 300 times on those "
		  "that there are.",
	.experiments = {"fork_order"},
	.judge = judge,
};
