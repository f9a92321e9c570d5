// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/methods/methods.h"
#include "bench/methods/own_cgroup.h"
#include "bench/shared/fault.h"

#ifndef SYS_clone3
#define SYS_clone3 435 /* the same on every architecture */
#endif

#ifndef CLONE_INTO_CGROUP /* Linux 5.7 */
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

static int group = -1;

static int supported(struct fault *why)
{
	return own_cgroup_check(NULL, why);
}

static long into_cgroup(int folder)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)folder,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static int early(struct fault *why)
{
	char path[OWN_CGROUP_MAX];
	int err = own_cgroup_make(NULL, path, why);
	long pid;

	if (err)
		return err;
	group = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group < 0)
		return fault__set(why, -errno, "%s: %s", path, strerror(errno));
	pid = into_cgroup(group);
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return fault__set(why, -errno,
				  "clone3 with CLONE_INTO_CGROUP, which Linux has since 5.7: %s",
				  strerror(errno));
	while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static int spawn(const struct stage *stage, struct sample *sample)
{
	long pid;

	sample->call_ns = now_ns();
	pid = into_cgroup(group);
	if (pid == 0)
		stage__child(stage);
	sample->return_ns = now_ns();
	if (pid < 0)
		return sample__fail(sample, errno);
	return stage__reap(stage, (pid_t)pid, sample);
}

const struct method method_clone3_into_cgroup = {
	.name = "clone3-into-cgroup",
	.brief = "the clone3 system call with CLONE_INTO_CGROUP: the child begins, and exits, in "
		 "another control group",
	.alters_parent = true,
	.supported = supported,
	.early = early,
	.spawn = spawn,
};
