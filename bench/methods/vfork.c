// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "bench/methods/methods.h"

/*
 * Not inlined: the child runs on this stack frame and must not write to the parent's variables. It
 * writes to the slate and calls _exit. One timestamp serves as both T_CHILD and T_EXIT, because the
 * child runs entirely between the parent's call and return.
 */
static __attribute__((noinline)) pid_t vfork_child(volatile struct slate *slate)
{
	pid_t pid = vfork();

	if (pid == 0) {
		int64_t child_ns = now_ns();

		slate->child_ns = child_ns;
		slate->report.exit_ns = child_ns;
		_exit(0);
	}
	return pid;
}

static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;

	sample->call_ns = now_ns();
	pid = vfork_child(stage->slate);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	return stage__reap(stage, pid, sample);
}

const struct method method_vfork = {
	.name = "vfork",
	.brief = "vfork; the child exits",
	.reentrant = true,
	.spawn = spawn,
};
