/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The probes of one tracing session: chosen for this kernel, loaded, attached and detached. Only
 * the room probe knows libbpf.
 */
#pragma once

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

/* The option --btf in a command's help. */
#define PROBE_BTF_BRIEF                                                                            \
	"read the kernel's BTF from FILE, a copy of /sys/kernel/btf/vmlinux, where that is not "   \
	"there; FILE must be of this kernel, which must be built with BTF"

struct probe_options {
	const char *btf;       /* a file with the kernel's BTF; NULL: the kernel shows it */
	enum source_kind best; /* use no better kind than this one; SOURCE_FENTRY: use all */
	size_t ring_bytes;     /* a power of two; holds what comes between two probe__consume() */
	size_t task_slots; /* of a profile, a power of two: tasks at once; more cost cache misses */
	bool reattach;	   /* sets will change: use only probes that can be attached again */
	bool syscalls;	   /* count the system calls of children until their exec */
	bool stalls;	   /* in a profile: record the waits of others while a process forks */
	bool empty; /* programs that do nothing, at the same points: what is left is their price */
	bool verbose; /* print libbpf's messages to standard error */
	bool quiet;   /* no bar on a terminal while it attaches, which takes some kernels seconds */
	/* NULL: a bench, which traces the tasks given to probe__target(). */
	const struct profile_options *profile;
};

/* A profile traces other programs, with one set of probes all the time and separate records. */
struct profile_options {
	enum probe_set set;
	bool everything; /* every task; else those given to probe__follow() */
	bool children;	 /* and their children */
	struct birth_filter filter;
	int cgroup_fd; /* if filter.by_cgroup */
	enum group_by group_by;
	bool run_time;	 /* for probe__run_time(); slows each run of a program down */
	size_t args_max; /* bytes of a command's arguments, at most COMMAND_ARGS_MAX; 0: no
			    RECORD_COMMAND */
};

/*
 * Finds out what works, loads it and attaches it once; what cannot be attached is replaced by the
 * next source of its edge. PROBE_SET_ALL, or the set of a profile, stays attached. 0, or -errno
 * with one line in `why`.
 */
int probe__open(const struct probe_options *options, struct probe **probe, struct fault *why);
void probe__close(struct probe *p); /* accepts NULL */

/*
 * strerror() of -errno, or what is behind it and the fix: too few descriptors, a user namespace, no
 * /proc.
 */
const char *probe_error_text(int err);

/*
 * Switches to a set. 0 or -errno. Raises the privileges that it needs and lowers them again
 * (privilege.h). The kernel takes some 70 ms to detach each syscall tracepoint: switch rarely.
 */
int probe__attach(struct probe *p, enum probe_set set);

/* Attaches one source alone, to measure its cost; it makes no records. 0 or -errno. */
int probe__attach_only(struct probe *p, const struct source *row);

/*
 * Traces the clones of this task, which is a thread-group leader, and of its threads. The id that
 * records have for it: in a pid namespace another one. -errno.
 */
pid_t probe__target(struct probe *p, pid_t pid);

/*
 * Needed for a process whose threads, those that there are now, spawn: where nothing marks the
 * entry of a call, a birth counts only from a task that is known to be traced. 0 or -errno.
 */
int probe__target_threads(struct probe *p, pid_t pid);

/* In a profile: traces the clones of this process and of its threads. 0 or -errno. */
int probe__follow(struct probe *p, pid_t pid);

/* In a profile: births count, and make records, from probe__begin() to probe__pause(). */
void probe__begin(struct probe *p);

/* The lives of children born before it still make records. */
void probe__pause(struct probe *p);

typedef void probe_group_fn(void *context, const struct group_key *key,
			    const struct group_counts *counts);

/* In a profile: calls fn with the births of each group whose records were lost. 0 or -errno. */
int probe__groups(struct probe *p, probe_group_fn *fn, void *context);

/* How long the programs of a profile with run_time have run, ns; MISSING if not counted. */
int64_t probe__run_time(const struct probe *p);

/* Called for each record, which is valid during the call. */
typedef void probe_record_fn(void *context, const struct record_head *record, size_t size);

/* Passes records to fn until the ring is empty. 0 or -errno. */
int probe__consume(struct probe *p, probe_record_fn *fn, void *context);

/*
 * The same for `max` records at most, since records can come as fast as they are read. 1 if there
 * may be more, else 0, or -errno.
 */
int probe__consume_some(struct probe *p, size_t max, probe_record_fn *fn, void *context);

/* In a profile by stack: a descriptor that polls readable when stacks have come; else -1. */
int probe__stacks_fd(const struct probe *p);

/*
 * Passes `max` stacks at most to fn. 1 if there may be more, else 0, or -errno. A probe_record_fn
 * of probe__consume() may call it.
 */
int probe__consume_stacks(struct probe *p, size_t max, probe_record_fn *fn, void *context);

struct kernel_totals probe__totals(const struct probe *p);

/* What all tasks pay while this profile is attached: see toll_text(). */
unsigned int probe__tolls(const struct probe *p);

/* Of a bench: what they would pay for a profile of this level, of probe_details. 0 or -errno. */
int probe__profile_tolls(const struct probe *p, int detail, unsigned int *tolls);

/* Program runs that the kernel's recursion guard has skipped since loading. */
int64_t probe__missed(const struct probe *p);

/* In a profile: whether the recursion guard may skip what marks the edge, and it stays unmarked. */
bool probe__can_skip(const struct probe *p, enum edge e);

/*
 * The source chosen for each edge and sum of a set, and why others were not. Valid as long as p.
 */
const struct source_choice *probe__choice(const struct probe *p, enum probe_set set);
