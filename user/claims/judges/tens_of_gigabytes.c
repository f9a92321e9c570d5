// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "user/claims/judges/judges.h"

#define FEW	  (20 * GIB)
#define MANY	  (90 * GIB)
#define SECOND_NS 1e9

static void judge(const struct evidence *e, struct verdict *v)
{
	struct interval slope = evidence__slope(e, "fork", "rss_bytes", false);
	struct interval few = evidence__times(slope, FEW), many = evidence__times(slope, MANY);

	if (isnan(slope.estimate) || slope.estimate <= 0) {
		evidence__no_cells(e, v, "fork", NULL);
		return;
	}
	verdict__number(v, UNIT_TIME, evidence__times(slope, GIB), "call per GiB");
	verdict__extrapolated(v, UNIT_TIME, few, "from 20 GiB");
	verdict__extrapolated(v, UNIT_TIME, many, "from 90 GiB");
	if (e->exact) {
		verdict__say(v, VERDICT_ABSENT, "this clock counts instructions, not time");
		return;
	}
	v->crossing = (struct interval){SECOND_NS / slope.estimate, SECOND_NS / slope.high,
					SECOND_NS / slope.low};
	v->crossing_unit = UNIT_BYTES;
	if (!(slope.low > 0))
		v->crossing.low = v->crossing.high = NAN;
	verdict__extrapolated(v, UNIT_BYTES, v->crossing, "1 s from");
	if (evidence__above(e, &few, SECOND_NS))
		verdict__say(v, VERDICT_HOLDS, "extrapolated: 1 s and more from 20 GiB");
	else if (evidence__below(e, &many, SECOND_NS))
		verdict__say(v, VERDICT_FAILS, "extrapolated: less than 1 s even from 90 GiB");
	else if (evidence__below(e, &few, SECOND_NS) || evidence__above(e, &many, SECOND_NS))
		verdict__say(v, VERDICT_DEPENDS, "on how many; extrapolated");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "the slope's interval is too wide");
}

const struct claim claim_tens_of_gigabytes = {
	.name = "tens-of-gb",
	.text = "forking tens of GB takes seconds",
	.tested = "The slope of the call of fork over sizes of the parent in 4 KiB pages, "
		  "extrapolated to 20 and 90 GiB; seconds: 1 s and more.",
	.cells = CELLS_FORK,
	.judge = judge,
};
