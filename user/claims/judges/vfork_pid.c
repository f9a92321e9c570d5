// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *same = evidence__observed(e, v, "vfork_child_has_parents_pid");
	const struct series *child =
		same ? evidence__observed(e, v, "vfork_child_has_parent_as_parent") : NULL;

	if (!child)
		return;
	verdict__exact(v, UNIT_COUNT, (double)evidence__count(same, 1),
		       "children with the parent's id, of %u", same->n);
	verdict__exact(v, UNIT_COUNT, (double)evidence__count(child, 1),
		       "whose parent has the caller's id");
	if (evidence__count(same, 1) == 0)
		verdict__say(v, VERDICT_FAILS, "it shares the memory, and is a process of its own");
	else
		verdict__say(v, VERDICT_HOLDS, "getpid is the same in some children");
}

const struct claim claim_vfork_pid = {
	.name = "vfork-pid",
	.text = "vfork's child has the parent's PID",
	.tested = "The system calls getpid and getppid in 200 children of vfork.",
	.experiments = {"vfork_order"},
	.judge = judge,
};
