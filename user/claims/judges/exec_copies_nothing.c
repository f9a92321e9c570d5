// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "user/claims/judges/judges.h"

#define LITTLE 0.01

static void judge(const struct evidence *e, struct verdict *v)
{
	struct interval exec = evidence__slope(e, "vfork-exec", "rss_bytes", true);
	struct interval fork = evidence__slope(e, "fork-exec", "rss_bytes", true);
	double little = LITTLE * fork.estimate;

	if (isnan(exec.estimate) || isnan(fork.estimate)) {
		evidence__no_cells(e, v, "vfork-exec", NULL);
		return;
	}
	verdict__number(v, UNIT_TIME, evidence__times(exec, GIB),
			"until the program runs, per GiB of the parent, vfork and exec");
	verdict__number(v, UNIT_TIME, evidence__times(fork, GIB), "fork and exec");
	if (evidence__below(e, &exec, little))
		verdict__say(v, VERDICT_HOLDS, "its time does not grow with the parent's memory");
	else if (evidence__above(e, &exec, little))
		verdict__say(v, VERDICT_FAILS, "its time grows with the parent's memory");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "the slope's interval is too wide");
}

const struct claim claim_exec_copies_nothing = {
	.name = "exec-copies",
	.text = "exec never copies the parent's memory",
	.tested = "The slope of the time until the program runs over sizes of the parent, "
		  "by vfork and exec; it holds if that is less than 1 % of the slope by "
		  "fork and exec.",
	.cells = CELLS_EXEC,
	.judge = judge,
};
