// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "user/claims/judges/judges.h"

#define BYTES	   (512 * MIB)
#define INSTANT_NS 1e6

/* The time from a parent of that size; NAN where it was not measured. */
static struct interval at(const struct curve *c, double bytes)
{
	struct interval none = {NAN, NAN, NAN};

	for (size_t i = 0; i < c->n; i++)
		if ((double)c->bytes[i] == bytes)
			return c->v[i];
	return none;
}

static void judge(const struct evidence *e, struct verdict *v)
{
	struct interval call, slope;
	struct curve c;

	evidence__calls(e, "fork", &c);
	call = at(&c, BYTES);
	if (isnan(call.estimate)) {
		slope = evidence__slope(e, "fork", "rss_bytes", false);
		call = evidence__times(slope, BYTES);
		if (isnan(call.estimate)) {
			evidence__no_cells(e, v, "fork", NULL);
			return;
		}
		verdict__extrapolated(v, UNIT_TIME, call, "call from 512 MiB");
	} else {
		verdict__number(v, UNIT_TIME, call, "call from 512 MiB");
	}
	if (c.n)
		verdict__number(v, UNIT_TIME, c.v[0], "from %s", text_bytes(c.bytes[0]).text);
	if (e->exact)
		verdict__say(v, VERDICT_ABSENT, "this clock counts instructions, not time");
	else if (evidence__below(e, &call, INSTANT_NS))
		verdict__say(v, VERDICT_HOLDS, "in less than 1 ms");
	else if (evidence__above(e, &call, INSTANT_NS))
		verdict__say(v, VERDICT_FAILS, "it takes more than 1 ms");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "1 ms is within the interval");
}

const struct claim claim_half_gigabyte = {
	.name = "fork-500mb",
	.text = "fork of a 500 MB process returns near-instantly",
	.tested = "The call of fork from a parent that has written 512 MiB in 4 KiB "
		  "pages; near-instantly: in less than 1 ms.",
	.cells = CELLS_FORK,
	.judge = judge,
};
