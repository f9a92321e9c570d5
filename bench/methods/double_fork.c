// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/methods/methods.h"
#include "bench/shared/fault.h"

/* The grandchild comes to this process, which waits for it before the next sample. */
static int early(struct fault *why)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1) == 0
		       ? 0
		       : fault__set(why, -errno, "PR_SET_CHILD_SUBREAPER: %s", strerror(errno));
}

static _Noreturn void child(const struct stage *stage)
{
	int64_t child_ns = now_ns();
	pid_t pid;

	stage->slate->child_ns = child_ns;
	pid = fork();
	if (pid < 0)
		stage->slate->exec_errno = errno;
	if (pid != 0) {
		stage->slate->report.child_pid = pid;
		stage->slate->report.exit_ns = now_ns();
	}
	_exit(0);
}

/* All times are the child's: once it is reaped, the grandchild runs on its own. */
static int spawn(const struct stage *stage, struct sample *sample)
{
	pid_t pid;
	int err;

	sample->call_ns = now_ns();
	pid = fork();
	if (pid == 0)
		child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	err = stage__reap(stage, pid, sample);
	while (!err && waitpid(stage->slate->report.child_pid, NULL, 0) < 0 && errno == EINTR)
		;
	return err;
}

const struct method method_double_fork = {
	.name = "double-fork",
	.brief = "libc's fork; the child forks once more, as daemons do, and exits",
	.alters_parent = true,
	.early = early,
	.spawn = spawn,
};
