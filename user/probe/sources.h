/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where each edge and sum can be probed: a table, in order of preference. */
#ifndef SPAWNSCOPE_SOURCES_H
#define SPAWNSCOPE_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/phases.h"

/* From the cheapest to the one that every kernel has. */
enum source_kind {
	SOURCE_FENTRY,	   /* BPF trampoline: fentry, fexit */
	SOURCE_KPROBE,	   /* kprobe, kretprobe */
	SOURCE_TRACEPOINT, /* BTF tracepoints, syscall tracepoints, software events */
	SOURCE_DRIVER,	   /* the driver's own timestamp of the same moment */
	SOURCE_KIND_COUNT
};

#define SOURCE_PROGRAMS_MAX 9

struct source {
	int edge; /* enum edge, or -1 */
	int sum;  /* enum sum, or -1 */
	enum source_kind kind;
	bool dear; /* costs more than a few percent of what it measures: not in PROBE_SET_PHASES */
	bool of_profile;  /* not for a bench */
	const char *name; /* what a person is told: function or tracepoint */
	const char *programs[SOURCE_PROGRAMS_MAX]; /* of bpf/spawnscope.bpf.c; all are needed */
};

extern const struct source sources[];
extern const size_t source_count;

#define SOURCES_MAX 96

/* Which sources mark what while a set of probes is attached. */
struct source_choice {
	const struct source *edges[EDGE_COUNT]; /* NULL: nothing marks it */
	const struct source *sums[SUM_COUNT];
	const char (*refusal)[160]; /* of sources[i]: why it is not usable, or "" */
	bool all; /* dear ones are used too, and the driver's clock only where nothing else is */
	bool profile; /* of a profile, not of a bench */
};

/*
 * Where the values of a phase come from for a birth with these clone flags, as text in `text`:
 * "tracepoint:mmap_lock", or both ends, "fentry:mm_init..copy_namespaces". 0, or -ENOENT if one
 * of its ends has no source: then the text says why, in one line.
 */
int source_of_phase(const struct source_choice *choice, enum phase phase, uint64_t clone_flags,
		    char *text, size_t size);

/*
 * The same for calls that fail, and those that a signal has the kernel make anew: both ends of the
 * call must be marked, the end also where there is no child.
 */
int source_of_failures(const struct source_choice *choice, char *text, size_t size);

/* "fentry", "kprobe", "tracepoint", "driver" */
const char *source_kind_name(enum source_kind kind);

#endif
