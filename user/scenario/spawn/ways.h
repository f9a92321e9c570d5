/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The ways in which a program starts another one, with pipes and a working directory. */
#pragma once

#include <sys/types.h>

#include "user/scenario/spawn/launch.h"

struct way {
	const char *name;
	/* Returns when the caller can go on: 0, or -errno. The child is the caller's. */
	int (*start)(const struct launch *l, pid_t *pid);
};

/* `fork` and `forkserver` start no program, but launch's `inner`. */
extern const struct way way_fork, way_fork_exec, way_vfork_exec, way_posix_spawn, way_zygote,
	way_forkserver;

/* Those that start a program. */
#define WAYS_EXEC_COUNT 4
extern const struct way *const ways_exec[WAYS_EXEC_COUNT];

/*
 * Forks the zygote, which must be a child of the process that uses it, while that is small. It ends
 * with the caller. 0 or -errno.
 */
int ways_begin(void);
