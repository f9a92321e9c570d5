/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The processes of a scenario. None outlives this program, however it ends: each asks for a SIGKILL
 * when its parent dies, and is the leader of a process group of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bench/shared/fault.h"

#define CREW_MAX 1024

struct crew {
	pid_t pids[CREW_MAX];
	size_t count;
	pid_t guard;
	int guard_fd; /* closed: the guard acts */
};

/*
 * Makes this process the one that inherits orphans, so that crew__end() can wait for them, and lets
 * the crew be looked at in /proc.
 */
void crew__begin(struct crew *c);

/* Like fork(); in the child the above holds. The child ends by _exit(). -errno on failure. */
pid_t crew__fork(struct crew *c);

/* In a process of the crew that forks by itself, in its child: dies with its parent `pid`. */
void crew_die_with(pid_t parent);

/* Waits for a process of the crew to end. 0, -ECANCELED if its status is not 0, or -errno. */
int crew__wait(struct crew *c, pid_t pid);

/* Kills a process of the crew and its group, and waits for it. */
void crew__kill(struct crew *c, pid_t pid);

/*
 * Makes a folder below `where` for a program that writes files by name. A guard, a process of a
 * session of its own, removes it and kills the group of `*leader` when this program ends or calls
 * crew__end(), even if it is killed. One at a time. -EPERM: others could put another folder in its
 * place. 0 or -errno; path has PATH_MAX bytes.
 */
int crew__folder(struct crew *c, const char *where, char *path, struct fault *why);

/* Says to the guard whose group it kills; 0: none any more. */
void crew__guard(struct crew *c, pid_t leader);

/* Lets the guard act, and waits for it. */
void crew__end_folder(struct crew *c);

/* Ends all, and waits for them. */
void crew__end(struct crew *c);
