// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

/* Calls, and how many had which order. */
struct orders {
	size_t child, parent;
};

static struct orders add(struct verdict *v, const struct series *s, const char *where)
{
	struct orders o = {0, 0};

	if (!s)
		return o;
	o.child = evidence__count(s, 1);
	o.parent = evidence__count(s, 0);
	verdict__exact(v, UNIT_COUNT, (double)o.child, "child first %s, of %u", where, s->n);
	return o;
}

static bool has_both(struct orders o)
{
	return o.child && o.parent;
}

static void judge(const struct evidence *e, struct verdict *v)
{
	struct verdict none;
	const struct series *one = evidence__observed(e, v, "fork_child_first_on_one_cpu");
	const struct series *any = evidence__observed(e, &none, "fork_child_first_on_any_cpu");
	struct orders on_one = add(v, one, "on one CPU"), on_any = add(v, any, "on any CPU");

	if (!one && !any)
		return;
	if (has_both(on_one) || has_both(on_any))
		verdict__say(v, VERDICT_HOLDS, "both orders were seen%s",
			     has_both(on_one) && has_both(on_any) ? ""
			     : has_both(on_one)			  ? " on one CPU"
						: " where the child may have its own CPU");
	else if (on_one.child + on_any.child && on_one.parent + on_any.parent)
		verdict__say(v, VERDICT_DEPENDS, "on whether the child may have its own CPU");
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
