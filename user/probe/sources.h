/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where each edge and sum can be probed: a table, in order of preference. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bpf/phases.h"
#include "user/base/option.h"
#include "user/probe/toll.h"

/* From the cheapest kind to the one that every kernel has. */
enum source_kind {
	SOURCE_FENTRY,	   /* BPF trampoline: fentry, fexit */
	SOURCE_KPROBE,	   /* kprobe, kretprobe */
	SOURCE_TRACEPOINT, /* BTF tracepoints, syscall tracepoints, software events */
	SOURCE_DRIVER,	   /* the driver's own timestamp of the same moment */
	SOURCE_KIND_COUNT
};

#define SOURCE_PROGRAMS_MAX 8 /* per row */

struct source {
	int edge; /* enum edge, or -1 */
	int sum;  /* enum sum, or -1 */
	enum source_kind kind;
	bool expensive;	 /* adds more than a few percent: not in PROBE_SET_PHASES */
	enum toll toll;	 /* what tasks that start nothing pay for it */
	bool of_profile; /* not for a bench */
	/*
	 * For a profile on a kernel that may preempt a task inside a program, and then skips that
	 * program for others: perf events and kprobes run with preemption off.
	 */
	bool never_skipped;
	const char *name; /* shown to the user: the function or tracepoint */
	/*
	 * Of a trampoline: what the first parameter of its functions points to; "" for an integer.
	 * BTF has one function per name. Where two share a name (mm_init, in kernel/fork.c and, up
	 * to 6.3, in init/main.c) it may describe the other one. A trampoline for that one does not
	 * save the registers of the real parameters, and 5.10 and 6.1 crash.
	 */
	const char *parameter;
	/* Only for a kernel that lacks this function, or NULL: else it would miss what that does.
	 */
	const char *without;
	const char *programs[SOURCE_PROGRAMS_MAX]; /* in bpf/; it needs all of them */
};

extern const struct source sources[];
extern const size_t source_count;

/* At most: eight rows per edge or sum. */
#define SOURCES_MAX (8 * (EDGE_COUNT + SUM_COUNT))

#define SOURCE_REFUSAL_MAX 160

/* Which source marks what while a set of probes is attached. */
struct source_choice {
	const struct source *edges[EDGE_COUNT]; /* NULL: nothing marks it */
	const struct source *sums[SUM_COUNT];
	/* By index in `sources`: why it cannot be used, or "". */
	const char (*refusal)[SOURCE_REFUSAL_MAX];
	bool all;     /* with expensive sources, and the driver's clock only where no probe is */
	bool profile; /* of a profile, not of a bench */
	/* Why the waits of others for the lock of a process that forks are not recorded; "": they
	 * are. NULL: nobody asked for them. */
	const char *no_stalls;
};

/* The tolls of the sources of a choice, a bit for each: see toll_text(). */
unsigned int source_tolls(const struct source_choice *choice);

/* Not a set of its own: PROBE_SET_CALLS, and the waits of others. */
#define PROBE_DETAIL_STALLS PROBE_SET_COUNT

#define PROBE_DETAILS 4

/* --detail of a profile, the cheapest first; the values are of enum probe_set. */
extern const struct option_choice probe_details[PROBE_DETAILS];

/* "fentry", "kprobe", "tracepoint", "driver" */
const char *source_kind_name(enum source_kind kind);

/* The option --trace: the best kind of probe that may be used. 0, or -EINVAL after one line. */
int source_kind_option(const char *value, enum source_kind *best);
