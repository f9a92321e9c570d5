/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A control group that this process makes, and that is removed when it ends, however it ends. */
#pragma once

#include "bench/shared/fault.h"

/* The longest path of such a group. */
#define OWN_CGROUP_MAX 512

/*
 * Makes a group below this process's own, in the hierarchy of `controller`: a name such as "pids"
 * of version 1, or of version 2 if that has it; NULL: version 2. A small process that waits for the
 * end of this one removes it; groups of processes that are gone are removed, too. 0, or -errno and
 * the reason.
 */
int own_cgroup_make(const char *controller, char path[OWN_CGROUP_MAX], struct fault *why);

/* Removes those of processes that are gone, for a program whose processes may have made some. */
void own_cgroup_tidy(void);

/* Whether it can be made here. 0, or -errno and the reason. */
int own_cgroup_check(const char *controller, struct fault *why);
