// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	struct interval vma = evidence__slope(e, "fork", "vmas", false);
	struct interval memory = evidence__slope(e, "fork", "rss_bytes", false);
	struct curve c;

	if (isnan(vma.estimate)) {
		evidence__no_cells(e, v, "fork", "vmas");
		return;
	}
	evidence__calls(e, "fork", &c);
	verdict__number(v, UNIT_TIME, vma, "per VMA");
	verdict__number(v, UNIT_TIME, evidence__times(memory, MIB), "per MiB");
	if (c.n)
		verdict__number(v, UNIT_TIME, c.v[0], "from %s", text_bytes(c.bytes[0]).text);
	if (evidence__above(e, &vma, 0))
		verdict__say(v, VERDICT_FAILS, "each VMA costs, too");
	else if (evidence__below(e, &vma, 0))
		verdict__say(v, VERDICT_HOLDS, "VMAs cost nothing");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "what a VMA costs is within noise");
}

const struct claim claim_only_page_tables = {
	.name = "only-page-tables",
	.text = "fork copies only page tables",
	.tested = "The slope of the call of fork over the number of VMAs of a parent of 1 "
		  "MiB, which has the same pages; it holds if that is 0.",
	.cells = CELLS_FORK | CELLS_VMAS,
	.judge = judge,
};
