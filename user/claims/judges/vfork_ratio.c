// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	size_t below_4 = 0, above_4 = 0, below_5 = 0, above_5 = 0, within = 0;
	struct interval four, five;
	struct curve c;

	evidence__ratios(e, "fork", "vfork", &c);
	if (c.n == 0) {
		evidence__no_cells(e, v, "vfork", NULL);
		return;
	}
	for (size_t i = 0; i < c.n; i++) {
		bool over = evidence__above(e, &c.v[i], 4), under = evidence__below(e, &c.v[i], 5);

		below_4 += evidence__below(e, &c.v[i], 4);
		above_4 += over;
		below_5 += under;
		above_5 += evidence__above(e, &c.v[i], 5);
		within += over && under;
	}
	evidence__add_ends(v, UNIT_TIMES, &c, "fork / vfork, from");
	four = curve__crossing(&c, 4);
	five = curve__crossing(&c, 5);
	verdict__number(v, UNIT_BYTES, four, "4 times, at");
	verdict__number(v, UNIT_BYTES, five, "5 times, at");
	if (within == c.n)
		verdict__say(v, VERDICT_HOLDS, "at every size of the parent measured");
	else if (below_4 == c.n || above_5 == c.n)
		verdict__say(v, VERDICT_FAILS, "at no size of the parent measured");
	else if ((below_4 && above_4) ||
		 (below_5 && above_5)) /* it enters the range, or leaves it */
		verdict__say(v, VERDICT_DEPENDS, "on the parent's memory: there is no constant");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "the intervals do not decide");
	v->crossing = five;
	v->crossing_unit = UNIT_BYTES;
}

const struct claim claim_vfork_ratio = {
	.name = "vfork-ratio",
	.text = "vfork is 4 to 5 times faster than fork",
	.tested = "Calls of fork and vfork, from call to return, from parents of several "
		  "sizes in 4 KiB pages, without exec; it holds where the ratio is "
		  "certainly between 4 and 5.",
	.cells = CELLS_FORK,
	.judge = judge,
};
