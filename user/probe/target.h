/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tasks that a bench traces. */
#pragma once

#include <sys/types.h>

struct spawnscope;

/* Traces the clones of a task, by its id here. Returns its id in the first namespace, or -errno. */
pid_t probe_target(struct spawnscope *skel, pid_t pid);

/* The same for the other threads of a process. 0 or -errno. */
int probe_target_threads(struct spawnscope *skel, pid_t pid);
