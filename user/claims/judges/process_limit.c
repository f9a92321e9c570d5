// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *at = evidence__observed(e, v, "fork_errno_at_process_limit");
	const struct series *below =
		at ? evidence__observed(e, v, "fork_errno_below_process_limit") : NULL;

	if (!below)
		return;
	verdict__exact(v, UNIT_COUNT, (double)evidence__count(at, EAGAIN),
		       "calls that fail with EAGAIN at the limit, of %u", at->n);
	verdict__exact(v, UNIT_COUNT, (double)evidence__count(below, 0),
		       "that work below it, of %u", below->n);
	if (evidence__count(at, EAGAIN) == at->n && evidence__count(below, 0) == below->n)
		verdict__say(v, VERDICT_HOLDS,
			     "EAGAIN at the user's limit; the machine's was not tried, which would "
			     "harm others");
	else if (evidence__count(at, 0) == at->n)
		verdict__say(v, VERDICT_FAILS, "fork works beyond RLIMIT_NPROC");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "other errors were seen");
}

const struct claim claim_process_limit = {
	.name = "process-limit",
	.text = "fork fails when there are too many processes, or too many for the user",
	.tested = "fork under RLIMIT_NPROC of 1, and again with the limit as before; of "
		  "root, as another user (65534).",
	.experiments = {"limits"},
	.judge = judge,
};
