// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/judges/judges.h"

static void judge(const struct evidence *e, struct verdict *v)
{
	struct verdict none;
	const struct fact *libc = run__env(e->run, "libc");
	const struct series *calls = evidence__observed(e, &none, "posix_spawn_child_syscalls");
	struct curve c;

	evidence__ratios(e, "posix_spawn", "vfork-exec", &c);
	if (c.n == 0) {
		evidence__no_cells(e, v, "posix_spawn", NULL);
		return;
	}
	evidence__add_ends(v, UNIT_TIMES, &c, "posix_spawn / vfork-exec, from");
	if (calls)
		verdict__exact(v, UNIT_COUNT, stats_median(calls),
			       "system calls of its child before exec%s%s",
			       libc && libc->text ? ", " : "",
			       libc && libc->text ? libc->text : "");
	evidence__judge_same(e, v, &c);
}

const struct claim claim_spawn_ratio = {
	.name = "spawn-vfork-exec",
	.text = "posix_spawn costs what vfork and exec cost",
	.tested =
		"The time until the program runs, by posix_spawn without attributes and by vfork "
		"and exec, from parents of several sizes; the same: not more than 10 % longer. The "
		"system calls are counted by ptrace, of the C library of this program; `bench "
		"--libc` measures with another.",
	.cells = CELLS_EXEC,
	.experiments = {"clone_flags"},
	.judge = judge,
};
