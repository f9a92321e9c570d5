/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: what a profile needs of the object beyond its sources. */
#ifndef SPAWNSCOPE_PROBE_PROFILE_H
#define SPAWNSCOPE_PROBE_PROFILE_H

#include <errno.h>

#include "bench/shared/fault.h"
#include "user/probe/probe.h"

struct spawnscope; /* the skeleton */
struct ring_buffer;

/*
 * What a callback of libbpf's returns to end ring_buffer__consume, which else goes on while records
 * come; the record counts as taken. No error of its own.
 */
#define PROBE_ENOUGH (-ECANCELED)

/* The ring of stacks, and who gets them. */
struct probe_stacks {
	struct ring_buffer *ring; /* NULL: not by stack */
	size_t left;		  /* as of records */
	probe_record_fn *fn;
	void *context;
};

/*
 * Before loading. Without options, for a bench: what it does not use is made as small as it can be.
 * 0 or -errno.
 */
int probe_profile_set_up(struct spawnscope *skel, const struct profile_options *o);

/* Once loaded: what stays attached whatever the set. *stats_fd is set if it is -1. 0 or -errno. */
int probe_profile_attach(struct spawnscope *skel, const struct profile_options *o, int *stats_fd);

/* Once loaded: the ring of a profile by stack, else nothing. 0, or -errno with a line in `why`. */
int probe_profile_open_stacks(struct spawnscope *skel, const struct profile_options *o,
			      struct probe_stacks *stacks, struct fault *why);

/* As probe__follow, probe__groups, probe__run_time. */
int probe_profile_follow(struct spawnscope *skel, pid_t pid);
int probe_profile_groups(struct spawnscope *skel, probe_group_fn *fn, void *context);
int64_t probe_profile_run_time(const struct spawnscope *skel);

#endif
