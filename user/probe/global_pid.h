/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: records have the ids of the first pid namespace, which are not ours in another. */
#pragma once

#include <sys/types.h>

struct spawnscope;

/* Before loading: asks for the program that probe_global_pid() needs here. 0 or -errno. */
int probe_global_pid_set_up(struct spawnscope *skel);

/*
 * The kernel's id of a process of our pid namespace. -errno; -ESRCH if there is none. Raises the
 * privileges that it needs, and lowers them again.
 */
pid_t probe_global_pid(struct spawnscope *skel, pid_t pid);
