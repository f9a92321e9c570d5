/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: what a profile needs of the object beyond its sources. */
#pragma once

#include <errno.h>

#include "bench/shared/fault.h"
#include "user/probe/probe.h"

struct spawnscope; /* the skeleton */
struct ring_buffer;

/*
 * A ring buffer callback returns this to end ring_buffer__consume(), which else goes on as long as
 * records come. The record counts as consumed. libbpf does not return it by itself.
 */
#define PROBE_ENOUGH (-ECANCELED)

/* A profile has this program attached, whatever its set. */
#define PROFILE_PROGRAM "tp_sched_process_exec"

/* The ring of stacks, and who receives them. */
struct probe_stacks {
	struct ring_buffer *ring; /* NULL: not by stack */
	size_t left;		  /* that this call may still pass on */
	probe_record_fn *fn;
	void *context;
};

/*
 * Before loading: sets a profile's flags, or, without options, shrinks the maps that a bench does
 * not use. 0 or -errno.
 */
int probe_profile_set_up(struct spawnscope *skel, const struct profile_options *o);

/* After loading: attaches PROFILE_PROGRAM. Opens *stats_fd if that is -1. 0 or -errno. */
int probe_profile_attach(struct spawnscope *skel, const struct profile_options *o, int *stats_fd);

/* After loading: opens the ring of a profile by stack. 0, or -errno with a line in `why`. */
int probe_profile_open_stacks(struct spawnscope *skel, const struct profile_options *o,
			      struct probe_stacks *stacks, struct fault *why);

/* See probe__follow(), probe__groups() and probe__run_time(). */
int probe_profile_follow(struct spawnscope *skel, pid_t pid);
int probe_profile_groups(struct spawnscope *skel, probe_group_fn *fn, void *context);
int64_t probe_profile_run_time(const struct spawnscope *skel);
