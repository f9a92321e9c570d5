/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: what a profile needs of the object beyond its sources. */
#pragma once

#include "bench/shared/fault.h"
#include "user/probe/probe.h"

struct spawnscope; /* the skeleton */

/* A profile has this program attached, whatever its set. */
#define PROFILE_PROGRAM "tp_sched_process_exec"

/*
 * Before loading: sets a profile's flags, or, without options, shrinks the maps that a bench does
 * not use. 0 or -errno.
 */
int probe_profile_set_up(struct spawnscope *skel, const struct profile_options *o);

/* After loading. Opens *stats_fd if that is -1. 0 or -errno. */
int probe_profile_start(struct spawnscope *skel, const struct profile_options *o, int *stats_fd);

/* Whether this kernel can profile by stack: 0, or -errno with a line in `why`. */
int probe_profile_check_stacks(struct fault *why);

/* See probe__follow() and probe__groups(). */
int probe_profile_follow(struct spawnscope *skel, pid_t pid);
int probe_profile_groups(struct spawnscope *skel, probe_group_fn *fn, void *context);
