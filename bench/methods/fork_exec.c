// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "bench/methods/methods.h"

static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;

	sample->call_ns = now_ns();
	pid = fork();
	if (pid == 0)
		stage__exec(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	return stage__reap(stage, pid, sample);
}

const struct method method_fork_exec = {
	.name = "fork-exec",
	.brief = "libc's fork, then execve in the child",
	.execs = true,
	.closes = true,
	.reentrant = true,
	.moves = true,
	.spawn = spawn,
};
