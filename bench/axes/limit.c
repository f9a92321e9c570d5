// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/program_kind.h"
#include "bench/methods/own_cgroup.h"
#include "bench/shared/text.h"

#define NOBODY 65534 /* the overflow user: kernel.overflowuid */

enum { NONE, NPROC, PIDS, COMMIT };

static const char *const names[] = {
	[NONE] = "none", [NPROC] = "nproc", [PIDS] = "pids", [COMMIT] = "commit", NULL,
};

static int check_policy(struct fault *why)
{
	char policy[16];

	if (text_read("/proc/sys/vm/overcommit_memory", policy, sizeof(policy)) >= 0 &&
	    policy[0] == '2')
		return 0;
	return fault__set(why, -ENOTSUP,
			  "limit=commit needs sysctl vm.overcommit_memory=2, which is a setting of "
			  "the whole machine; it can be set in the lab");
}

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	int64_t limit = shape->axis[AXIS_limit];

	if (limit == NONE)
		return 0;
	if (method->early)
		return fault__set(why, -EINVAL,
				  "limit: this method prepares its parent, which "
				  "then would fail");
	if (shape__get(shape, AXIS_spawners) > 0)
		return fault__set(why, -EINVAL, "limit: not with spawners");
	if (shape__get(shape, AXIS_program_kind) == PROGRAM_DYNAMIC)
		return fault__set(why, -EINVAL,
				  "limit: not with program_kind=dynamic, which is "
				  "tried first");
	if (limit == PIDS)
		return own_cgroup_check("pids", why);
	return limit == COMMIT ? check_policy(why) : 0;
}

/* Root has no limit: another user has. What a change of the user resets is set again. */
static int become_limited(void)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 1);
	return 0;
}

static int limit_user(struct fault *why)
{
	struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
	int err = become_limited();

	if (err)
		return fault__set(why, err,
				  "limit=nproc: root has no such limit, and cannot become another "
				  "user here (%s): give --limit on the command line, or run "
				  "spawnscope as that user or by its sudo",
				  strerror(-err));
	if (setrlimit(RLIMIT_NPROC, &limit) != 0)
		return fault__set(why, -errno, "limit=nproc: %s", strerror(errno));
	return 0;
}

static int write_file(const char *folder, const char *name, const char *text, struct fault *why)
{
	char path[OWN_CGROUP_MAX + 32];
	ssize_t written = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		written = write(fd, text, strlen(text));
	if (written < 0)
		fault__set(why, -errno, "limit=pids: %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return written < 0 ? -EIO : 0;
}

/* Those that are in it already may be more. */
static int limit_group(struct fault *why)
{
	char folder[OWN_CGROUP_MAX];
	int err = own_cgroup_make("pids", folder, why);

	if (!err)
		err = write_file(folder, "pids.max", "0", why);
	return err ? err : write_file(folder, "cgroup.procs", "0", why);
}

/* A copy of it is more than what may still be promised. It is never touched. */
static int limit_promises(struct fault *why)
{
	char info[8192];
	int64_t limit, committed, bytes = 0;

	if (text_read("/proc/meminfo", info, sizeof(info)) >= 0 &&
	    !text_field_kb(info, "CommitLimit", &limit) &&
	    !text_field_kb(info, "Committed_AS", &committed) && committed < limit)
		bytes = (limit - committed) / 5 * 3 / 4096 * 4096;
	if (bytes > 0 && mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 0;
	return fault__set(why, -ENOMEM, "limit=commit: no memory can be promised here");
}

/* The limit holds if a fork fails by it. */
static int verify(int64_t limit, struct fault *why)
{
	int expected = limit == COMMIT ? ENOMEM : EAGAIN;
	pid_t pid = fork();
	int error = errno;

	if (pid == 0)
		_exit(0);
	if (pid > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return fault__set(why, -ENOTSUP, "limit=%s: a fork does not fail here",
				  names[limit]);
	}
	if (error == expected)
		return 0;
	return fault__set(why, -ENOTSUP, "limit=%s: a fork fails otherwise: %s", names[limit],
			  strerror(error));
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t limit = shape->axis[AXIS_limit];
	int err;

	if (limit == NONE)
		return 0;
	if (limit == NPROC)
		err = limit_user(why);
	else
		err = limit == PIDS ? limit_group(why) : limit_promises(why);
	return err ? err : verify(limit, why);
}

/* Of the parent alone, and the last of its shape: after this it makes no thread and no process. */
const struct axis_effect axis_limit = {
	.names = names,
	.check = check,
	.build = build,
};
