// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How fork fails at the user's limit of processes. */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/claims/experiments/experiments.h"

#define AT_LIMIT "fork_errno_at_process_limit"
#define BELOW	 "fork_errno_below_process_limit"
#define NOBODY	 65534 /* the overflow user: kernel.overflowuid */
#define CALLS	 10

/* Root has no limit: another user has. 0 or errno. */
static int become_limited(void)
{
	if (geteuid() != 0)
		return 0;
	return setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			       setresuid(NOBODY, NOBODY, NOBODY)
		       ? errno
		       : 0;
}

/* In a child, since the limit and the user stay. */
static void take_processes(struct findings *f)
{
	struct rlimit before, limit;
	int err = become_limited();

	if (!err && (getrlimit(RLIMIT_NPROC, &before) ||
		     (limit = before, limit.rlim_cur = 1, setrlimit(RLIMIT_NPROC, &limit))))
		err = errno;
	if (err) {
		findings__absent_all(f, "cannot limit the processes of a user: %s", strerror(err));
		return;
	}
	for (int i = 0; i < CALLS; i++)
		findings__add(f, AT_LIMIT, experiment_try_fork());
	if (setrlimit(RLIMIT_NPROC, &before))
		return;
	for (int i = 0; i < CALLS; i++)
		findings__add(f, BELOW, experiment_try_fork());
}

static void run(struct findings *f)
{
	pid_t pid;

	pid = experiment_fork();
	if (pid == 0) {
		take_processes(f);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

const struct experiment experiment_limits = {
	.name = "limits",
	.observes = {AT_LIMIT, BELOW},
	.run = run,
};
