// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How fork fails: at the user's limit of processes, and where memory is promised strictly. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/shared/text.h"
#include "user/claims/experiments/experiments.h"

#define AT_LIMIT   "fork_errno_at_process_limit"
#define BELOW	   "fork_errno_below_process_limit"
#define OVERCOMMIT "fork_errno_at_commit_limit"
#define NOBODY	   65534 /* the overflow user: kernel.overflowuid */
#define CALLS	   10

/* The errno of a fork; 0: it works. */
static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

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
		findings__absent(f, AT_LIMIT, "cannot limit the processes of a user: %s",
				 strerror(err));
		return;
	}
	for (int i = 0; i < CALLS; i++)
		findings__add(f, AT_LIMIT, try_fork());
	if (setrlimit(RLIMIT_NPROC, &before))
		return;
	for (int i = 0; i < CALLS; i++)
		findings__add(f, BELOW, try_fork());
}

/* A mapping of more than half of what may still be promised: its copy is too much. */
static void take_commit(struct findings *f)
{
	char policy[16], info[8192];
	int64_t limit, committed, bytes;
	void *p;

	if (text_read("/proc/sys/vm/overcommit_memory", policy, sizeof(policy)) < 0 ||
	    policy[0] != '2') {
		findings__absent(f, OVERCOMMIT,
				 "vm.overcommit_memory is %s here, and promises are strict with 2; "
				 "a setting of the whole machine stays as it is",
				 policy[0] >= '0' && policy[0] <= '9' ? text_trim(policy)
								      : "unknown");
		return;
	}
	if (text_read("/proc/meminfo", info, sizeof(info)) < 0 ||
	    text_field_kb(info, "CommitLimit", &limit) ||
	    text_field_kb(info, "Committed_AS", &committed)) {
		findings__absent(f, OVERCOMMIT, "/proc/meminfo has no CommitLimit");
		return;
	}
	bytes = (limit - committed) / 4096 * 4096 / 5 * 3;
	bytes -= bytes % 4096;
	p = bytes > 0 ? mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
		      : MAP_FAILED;
	if (p == MAP_FAILED) {
		findings__absent(f, OVERCOMMIT, "no memory can be promised here");
		return;
	}
	for (int i = 0; i < CALLS; i++)
		findings__add(f, OVERCOMMIT, try_fork());
	munmap(p, (size_t)bytes);
}

static void run(struct findings *f)
{
	pid_t pid;

	take_commit(f);
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
	.observes = {AT_LIMIT, BELOW, OVERCOMMIT},
	.run = run,
};
