// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "bench/axes/axis.h"
#include "bench/methods/clone.h"

/* Some want others: see clone(2). */
#define SIGHAND_FLAGS (CLONE_VM | CLONE_SIGHAND)
#define THREAD_FLAGS  (SIGHAND_FLAGS | CLONE_THREAD)

/* X(name, flags) */
#define FLAGS(X)                                                                                   \
	X("none", 0)                                                                               \
	X("vm", CLONE_VM)                                                                          \
	X("fs", CLONE_FS)                                                                          \
	X("files", CLONE_FILES)                                                                    \
	X("sighand", SIGHAND_FLAGS)                                                                \
	X("sysvsem", CLONE_SYSVSEM)                                                                \
	X("thread", THREAD_FLAGS)                                                                  \
	X("pidfd", CLONE_PIDFD)                                                                    \
	X("newpid", CLONE_NEWPID)                                                                  \
	X("newnet", CLONE_NEWNET)                                                                  \
	X("newuser", CLONE_NEWUSER)                                                                \
	X("newns", CLONE_NEWNS)

#define NAME(name, flags) name,
static const char *const names[] = {FLAGS(NAME) NULL};
#undef NAME

#define NUMBER(name, flags) flags,
static const uint64_t values[] = {FLAGS(NUMBER)};
#undef NUMBER

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	const char *name = names[shape->axis[AXIS_clone_flags]];
	int err;

	if (!method->clones)
		return fault__set(why, -EINVAL, "clone_flags: only method clone takes flags");
	err = clone_try(values[shape->axis[AXIS_clone_flags]]);
	if (err == -EPERM)
		return fault__set(
			why, err,
			"clone_flags=%s: %s; it needs CAP_SYS_ADMIN: run spawnscope-bench "
			"itself as root",
			name, strerror(-err));
	return err ? fault__set(why, err, "clone_flags=%s: %s; see the limits in /proc/sys/user",
				name, strerror(-err))
		   : 0;
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	stage->clone_flags = values[shape->axis[AXIS_clone_flags]];
	return 0;
}

const struct axis_effect axis_clone_flags = {
	.names = names,
	.check = check,
	.equip = equip,
};
