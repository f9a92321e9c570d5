// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *s = evidence__observed(e, v, "fork_errno_at_commit_limit");

	if (!s)
		return;
	verdict__exact(v, UNIT_COUNT, (double)evidence__count(s, ENOMEM),
		       "calls that fail with ENOMEM, of %u", s->n);
	if (evidence__count(s, ENOMEM) == s->n)
		verdict__say(v, VERDICT_HOLDS, "a copy of what was promised is promised, too");
	else if (evidence__count(s, 0) == s->n)
		verdict__say(v, VERDICT_FAILS, "fork works");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "other errors were seen");
}

const struct claim claim_commit_limit = {
	.name = "commit-limit",
	.text = "fork of a large process fails under strict overcommit",
	.tested = "Only where vm.overcommit_memory is 2, and only if --claim names it, since other "
		  "programs may get no memory meanwhile: fork with a private mapping, "
		  "untouched, of 60 % of what may still be promised.",
	.experiments = {"commit_limit"},
	.judge = judge,
};
