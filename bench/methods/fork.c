// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "bench/methods/methods.h"

/*
 * libc's fork, not the raw system call: it runs the atfork handlers, and takes libc's locks if the
 * process has threads. Method clone3 is the raw one.
 */
static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;

	sample->call_ns = now_ns();
	pid = fork();
	if (pid == 0)
		stage__child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	stage__parent_write(stage);
	return stage__reap(stage, pid, sample);
}

const struct method method_fork = {
	.name = "fork",
	.brief = "libc's fork; the child exits",
	.writes = true,
	.reentrant = true,
	.moves = true,
	.spawn = spawn,
};
