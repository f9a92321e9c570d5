// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <unistd.h>

#include "bench/methods/methods.h"

/* As stage__child(), with setsid() between its timestamps. */
static _Noreturn void child(const struct stage *stage)
{
	int64_t child_ns = now_ns();

	stage->slate->child_ns = child_ns;
	setsid();
	stage->slate->report.exit_ns = now_ns();
	_exit(0);
}

static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;

	sample->call_ns = now_ns();
	pid = fork();
	if (pid == 0)
		child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	return stage__reap(stage, pid, sample);
}

const struct method method_setsid = {
	.name = "setsid",
	.brief = "libc's fork; the child begins a session of its own, and exits",
	.reentrant = true,
	.spawn = spawn,
};
