// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sched.h>

#include "user/claims/judges/judges.h"

#define SHARED (CLONE_VM | CLONE_VFORK)

static void judge(const struct evidence *e, struct verdict *v)
{
	const struct series *spawn = evidence__observed(e, v, "posix_spawn_clone_flags");
	const struct series *fork = spawn ? evidence__observed(e, v, "fork_clone_flags") : NULL;
	int64_t flags;

	if (!fork)
		return;
	flags = spawn->v[0];
	verdict__number(v, UNIT_TIME,
			evidence__times(evidence__slope(e, "posix_spawn", "rss_bytes", true), GIB),
			"until the program runs, per GiB of the parent, posix_spawn");
	verdict__number(v, UNIT_TIME,
			evidence__times(evidence__slope(e, "fork-exec", "rss_bytes", true), GIB),
			"fork and exec");
	if ((flags & SHARED) == SHARED && !(fork->v[0] & CLONE_VM))
		verdict__say(v, VERDICT_FAILS,
			     "its child shares the parent's memory, as vfork's does: CLONE_VM and "
			     "CLONE_VFORK, which fork has not");
	else if (!(flags & CLONE_VM))
		verdict__say(v, VERDICT_HOLDS, "it copies the memory: it has no CLONE_VM");
	else
		verdict__say(v, VERDICT_INCONCLUSIVE, "clone flags %#llx and %#llx",
			     (unsigned long long)flags, (unsigned long long)fork->v[0]);
}

const struct claim claim_spawn_is_fork_exec = {
	.name = "spawn-is-fork-exec",
	.text = "posix_spawn is fork and exec",
	.tested = "The clone flags of both, read by ptrace: fork copies the memory, and "
		  "CLONE_VM shares it.",
	.experiments = {"clone_flags"},
	.judge = judge,
};
