/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A redis-server of our own, in a folder of its own: nothing of an installed service is touched. */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "user/scenario/snapshot/load.h"
#include "user/scenario/snapshot/placement.h"
#include "user/scenario/stage.h"

struct redis {
	pid_t pid;
	int fd; /* connected to it */
	char folder[PATH_MAX];
};

/* Its path, malloc'ed; NULL: it is not installed. */
char *redis_path(void);

/* Starts it below `where`. 0, or -errno with a line in s->why. */
int redis__start(struct redis *r, struct stage *s, const char *path, const char *where,
		 struct placement cpus);
/* Sets some keys of database.h. 0 or -errno. */
int redis__fill(struct load *l, uint64_t first, uint64_t count);
/* Ends it, and removes the folder. */
void redis__stop(struct redis *r, struct stage *s);
