// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	struct interval four, five;
	struct curve c;
	size_t within = 0, outside = 0;

	evidence__ratios(e, "fork", "vfork", &c);
	if (c.n == 0) {
		evidence__no_cells(e, v, "vfork", NULL);
		return;
	}
	for (size_t i = 0; i < c.n; i++) {
		outside += evidence__below(e, &c.v[i], 4) || evidence__above(e, &c.v[i], 5);
		within += evidence__above(e, &c.v[i], 4) && evidence__below(e, &c.v[i], 5);
	}
	evidence__add_ends(v, UNIT_TIMES, &c, "fork / vfork, from");
	four = curve__crossing(&c, 4);
	five = curve__crossing(&c, 5);
	verdict__number(v, UNIT_BYTES, four, "4 times, at");
	verdict__number(v, UNIT_BYTES, five, "5 times, at");
	if (!outside)
		verdict__say(v, within == c.n ? VERDICT_HOLDS : VERDICT_INCONCLUSIVE, "%s",
			     within == c.n ? "at every size of the parent measured"
					   : "the intervals do not decide");
	else if (isnan(five.estimate) && !within)
		verdict__say(v, VERDICT_FAILS, "at no size of the parent measured");
	else
		verdict__say(v, VERDICT_DEPENDS, "on the parent's memory: there is no constant");
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
