// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *pages = evidence__observed(e, v, "fork_child_stack_pages_unshared");
	size_t none;

	if (!pages)
		return;
	none = evidence__count(pages, 0);
	verdict__exact(v, UNIT_COUNT, stats_median(pages), "pages of the stack, median of %u",
		       pages->n);
	if (none == 0)
		verdict__say(v, VERDICT_HOLDS, "each child had written a page of its stack");
	else if (none == pages->n)
		verdict__say(v, VERDICT_FAILS, "no child had written its stack");
	else
		verdict__say(v, VERDICT_DEPENDS, "on the call: %zu of %u children had not", none,
			     pages->n);
}

const struct claim claim_stack_cow = {
	.name = "stack-cow",
	.text = "exec right after fork costs at least one COW fault (the stack)",
	.tested = "A child with a copy of the memory whose parent is held (CLONE_VFORK "
		  "without CLONE_VM) asks /proc/self/pagemap which pages near its stack "
		  "pointer it no longer shares, before it would exec: those it has "
		  "written.",
	.experiments = {"stack"},
	.judge = judge,
};
