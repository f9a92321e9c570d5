// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/methods/methods.h"

/* What libc's fork calls, without its atfork handlers and locks. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	long pid;

	sample->call_ns = now_ns();
	pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		stage__child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	stage__parent_write(stage);
	return stage__reap(stage, (pid_t)pid, sample);
}

const struct method method_raw_fork = {
	.name = "raw-fork",
	.brief = "fork by system call, without libc's atfork handlers and locks; the child exits",
	.writes = true,
	.reentrant = true,
	.moves = true,
	.spawn = spawn,
};
