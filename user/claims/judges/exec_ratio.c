// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	struct curve c;

	evidence__ratios(e, "fork-exec", "vfork-exec", &c);
	if (c.n == 0) {
		evidence__no_cells(e, v, "fork-exec", NULL);
		return;
	}
	evidence__add_ends(v, UNIT_TIMES, &c, "fork-exec / vfork-exec, from");
	evidence__judge_same(e, v, &c);
}

const struct claim claim_exec_ratio = {
	.name = "fork-exec",
	.text = "fork+exec is as efficient as vfork+exec nowadays",
	.tested = "The time until the program runs, by fork and exec and by vfork and "
		  "exec of a program without libc, from parents of several sizes in 4 KiB "
		  "pages; as efficient: not more than 10 % longer.",
	.cells = CELLS_EXEC,
	.judge = judge,
};
