/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The probes of one tracing session: chosen for this kernel, loaded, attached
 * and detached as asked. Only this module and kernel_offer know libbpf.
 */
#ifndef SPAWNSCOPE_PROBE_H
#define SPAWNSCOPE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/shared/fault.h"
#include "bpf/record.h"
#include "user/model/probe_set.h"
#include "user/model/run.h"
#include "user/probe/sources.h"

struct probe;

struct probe_options {
	enum source_kind best; /* kinds before this one are not used; SOURCE_FENTRY: all may be */
	size_t ring_bytes;     /* a power of two: room for what comes between two probe__consume */
	size_t task_slots;     /* a power of two: for so many tasks at once; more cost more */
	bool reattach;	       /* sets will be changed: only probes that can be attached again */
	bool verbose;	       /* libbpf's messages go to standard error */
	const struct profile_options *profile; /* NULL: a bench, of the tasks given to
						  probe__target */
};

/* Tracing other programs, with one set of probes all the time and separate records. */
struct profile_options {
	enum probe_set set;
	bool everything; /* every task; else what is given to probe__follow */
	bool children;	 /* and the children of those */
	struct birth_filter filter;
	int cgroup_fd; /* if filter.by_cgroup */
	enum group_by group_by;
	bool run_time;	 /* for probe__run_time, which makes each run of a program dearer */
	size_t args_max; /* bytes of a command's arguments, COMMAND_ARGS_MAX at most; 0: no
			    RECORD_COMMAND */
};

/*
 * Finds out what works, loads it and attaches it once, so that what could not be attached has
 * been replaced by the next best. PROBE_SET_ALL stays attached. 0, or -errno with one line in
 * `why`.
 */
int probe__open(const struct probe_options *options, struct probe **probe, struct fault *why);
void probe__close(struct probe *p); /* accepts NULL */

/* strerror of -errno, with the mend where it is a limit of ours: each probe takes a descriptor. */
const char *probe_error_text(int err);

/*
 * 0 or -errno. Takes and gives back the privileges it needs (privilege.h). To detach a syscall
 * tracepoint the kernel waits some 70 ms, for each: switch rarely.
 */
int probe__attach(struct probe *p, enum probe_set set);

/* One source alone, to see what it costs; what it marks makes no records. 0 or -errno. */
int probe__attach_only(struct probe *p, const struct source *row);

/* Traces the clones of this task, which is a thread-group leader, and of its threads. */
int probe__target(struct probe *p, pid_t pid);

/* Of a profile: traces the clones of the process with this id, and of its threads. 0 or -errno. */
int probe__follow(struct probe *p, pid_t pid);

/* Of a profile: only what happens between the two is counted, and births are told. */
void probe__begin(struct probe *p);

/* After it no birth is counted or told any more; the rest of their children's lives still is. */
void probe__pause(struct probe *p);

typedef void probe_group_fn(void *context, const struct group_key *key,
			    const struct group_counts *counts);

/* Of a profile: the births of each group, counted in the kernel. 0 or -errno. */
int probe__groups(struct probe *p, probe_group_fn *fn, void *context);

/* Time that the programs of a profile with run_time have run, ns; MISSING if the kernel tells not.
 */
int64_t probe__run_time(const struct probe *p);

/* Called for each record; what it points to is gone after the call. */
typedef void probe_record_fn(void *context, const struct record_head *record, size_t size);

/* Hands over the records that have come, until there are no more; 0 or -errno. */
int probe__consume(struct probe *p, probe_record_fn *fn, void *context);

/*
 * The same of `max` records at most: they can come as fast as they are taken. 1 if there may be
 * more, else 0, or -errno.
 */
int probe__consume_some(struct probe *p, size_t max, probe_record_fn *fn, void *context);

/* Of a profile by stack: a descriptor to poll, readable when records of stacks have come; else -1.
 */
int probe__stacks_fd(const struct probe *p);

/*
 * Hands those over, `max` of them at most. 1 if there may be more, else 0, or -errno. May be called
 * from a probe_record_fn of probe__consume.
 */
int probe__consume_stacks(struct probe *p, size_t max, probe_record_fn *fn, void *context);

struct kernel_totals probe__totals(const struct probe *p);

/* Runs of programs that the kernel skipped since they were loaded, because of recursion. */
int64_t probe__missed(const struct probe *p);

/*
 * Which source was chosen for each edge and sum of a set, and why others were not. Lives as long
 * as p.
 */
const struct source_choice *probe__choice(const struct probe *p, enum probe_set set);

#endif
