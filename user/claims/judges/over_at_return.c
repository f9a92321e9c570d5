// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

#define MUCH 0.1

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct interval *largest;
	struct curve c;

	evidence__rests(e, "fork", &c);
	if (c.n == 0) {
		evidence__no_cells(e, v, "fork", NULL);
		return;
	}
	largest = &c.v[c.n - 1];
	evidence__add_ends(v, UNIT_TIMES, &c, "return to reaped / call to return, from");
	if (evidence__above(e, largest, MUCH))
		verdict__say(v, VERDICT_FAILS,
			     "what the child has of its parent's memory must be taken down again");
	else if (evidence__below(e, largest, MUCH))
		verdict__say(v, VERDICT_HOLDS, "little follows");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "the interval holds a tenth of the call");
}

const struct claim claim_over_at_return = {
	.name = "fork-over",
	.text = "a fork is over when it returns",
	.tested = "A child that exits at once: the time from the return of fork in the "
		  "parent until the child is reaped, which for the largest parent is "
		  "mostly the teardown of the copy; it holds if that is less than a tenth "
		  "of the call.",
	.cells = CELLS_FORK,
	.judge = judge,
};
