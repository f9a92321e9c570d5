// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <spawn.h>
#include <string.h>

#include "bench/axes/exec.h"
#include "bench/axes/fds.h"
#include "bench/axes/program_kind.h"

/*
 * glibc 2.34 and its headers. Weak: NULL where the libc that runs this program lacks it.
 */
extern int add_close_from(posix_spawn_file_actions_t *actions,
			  int from) __asm__("posix_spawn_file_actions_addclosefrom_np")
	__attribute__((weak));

static const char *const names[] = {
	[FDS_CLOEXEC] = "cloexec",
	[FDS_INHERITED] = "inherited",
	[FDS_CLOSED] = "closed",
	NULL,
};

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	int64_t kind = shape__get(shape, AXIS_program_kind);

	if (shape->axis[AXIS_fd_kind] != FDS_CLOSED)
		return 0;
	if (method->acts && !add_close_from)
		return fault__set(why, -ENOTSUP,
				  "fd_kind=closed: this libc has no "
				  "posix_spawn_file_actions_addclosefrom_np, which glibc has since "
				  "2.34; see --libc");
	if (!method->closes && !method->acts)
		return fault__set(why, -EINVAL, "this method does not support fd_kind=closed");
	/* The child would close the memfd that it is about to exec. */
	if (kind == PROGRAM_DYNAMIC || kind == PROGRAM_SCRIPT)
		return fault__set(why, -EINVAL,
				  "fd_kind=closed: not with program_kind=%s, whose program is an "
				  "open descriptor",
				  kind == PROGRAM_SCRIPT ? "script" : "dynamic");
	return 0;
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	posix_spawn_file_actions_t *actions;
	int error = 0;

	if (shape->axis[AXIS_fd_kind] != FDS_CLOSED)
		return 0;
	actions = stage__actions(stage);
	stage->close_from = stage->slate_fd + 1;
	if (!actions)
		error = ENOMEM;
	else if (add_close_from)
		error = add_close_from(actions, stage->close_from);
	return error ? fault__set(why, -error, "fd_kind: %s", strerror(error)) : 0;
}

/* Of the descriptors of AXIS_fds. */
const struct axis_effect axis_fd_kind = {
	.names = names,
	.check = check,
	.equip = equip,
};
