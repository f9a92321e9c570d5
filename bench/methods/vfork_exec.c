// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "bench/methods/methods.h"

/* Not inlined: see vfork.c. */
static __attribute__((noinline)) pid_t vfork_child(const struct stage *stage)
{
	pid_t pid = vfork();

	if (pid == 0)
		stage__exec(stage);
	return pid;
}

static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;

	sample->call_ns = now_ns();
	pid = vfork_child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	return stage__reap(stage, pid, sample);
}

const struct method method_vfork_exec = {
	.name = "vfork-exec",
	.brief = "vfork, then execve in the child",
	.execs = true,
	.closes = true,
	.reentrant = true,
	.moves = true,
	.spawn = spawn,
};
