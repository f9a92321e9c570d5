/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Phase arithmetic: from edges and sums to the phases of one process life. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf/record.h"
#include "user/model/series.h"

enum phase_group { GROUP_CALL, GROUP_CHILD, GROUP_AFTER };
enum phase_kind { PHASE_WORK, PHASE_WAIT };

/* The PHASES table of bpf/phases.h, row by row. */
struct phase_model {
	const char *name;
	const char *brief;
	enum phase_group group;
	enum phase_kind kind;
	char letter;	    /* stands for the phase in a bar of text */
	enum phase part_of; /* or PHASE_none */
	int sum;	    /* enum sum, or -1 for a span */
	enum edge from, to;
	uint64_t only_if, never_if, other_if;
	enum edge other_to;
};

extern const struct phase_model phase_models[PHASE_COUNT];

const char *phase_name(enum phase p);
int phase_by_name(const char *name); /* -1 if unknown */

/* What is known of one process life. Edges: CLOCK_MONOTONIC ns, 0 where nothing marked them. */
struct life {
	uint32_t tid; /* of the child; 0 if the call failed */
	uint32_t parent_tgid;
	uint64_t clone_flags;
	uint32_t method;
	int32_t result;		 /* the tid, or -errno */
	bool born, execed, dead; /* which records have come */
	int32_t exec_result;
	uint64_t edge[EDGE_COUNT];
	/* How long the task that marked the edge was off the CPU until then, ns from any start. */
	uint64_t off[EDGE_COUNT];
	int64_t sum[SUM_COUNT];	    /* ns, or MISSING */
	int64_t count[COUNT_COUNT]; /* or MISSING */
	/*
	 * What others waited for the parent's mmap_lock while it was copied, ns: the longest wait,
	 * and the sum of all. MISSING: not measured.
	 */
	int64_t stall_ns, stall_sum_ns;
	/* COUNT_child_syscalls by kind; undefined where that is MISSING. */
	struct syscall_kind syscall[SYSCALL_KINDS];
	uint32_t other_syscalls;
};

/* Whether its time counts as work of a birth: WORK, and part of no other phase. */
static inline bool phase_is_work(enum phase phase)
{
	return phase_models[phase].kind == PHASE_WORK && phase_models[phase].part_of == PHASE_none;
}

/* Whether a birth with these flags has the phase at all. */
bool phase_exists(enum phase phase, uint64_t clone_flags);

/* Why not, in one line; NULL if it has. */
const char *phase_why_not(enum phase phase, uint64_t clone_flags);

/* The edge at which a span ends, given the flags. */
enum edge phase_end(enum phase phase, uint64_t clone_flags);

/*
 * How long the task was off the CPU during the phase, ns; 0 also where that is not known, and in a
 * phase of kind WAIT, which is such a time.
 */
int64_t phase_off_ns(const struct life *life, enum phase phase);

/*
 * The phase's time in ns; MISSING if it does not exist, or an edge of it is missing. Time off the
 * CPU is no work: a phase of that kind does not have it, and is MISSING if nothing would be left,
 * where the scheduler's clock and that of the edges contradict each other.
 */
int64_t phase_ns(const struct life *life, enum phase phase);

/* The same without time off the CPU in a phase of either kind, where that is known. */
int64_t phase_on_cpu_ns(const struct life *life, enum phase phase);

/*
 * What no phase of the call explains: spawn_ns less the phases of group CALL that are not part of
 * another; MISSING if spawn_ns is, or a phase that exists for these flags. Not below 0 by more
 * than what the two clocks' reads differ by, and kept as it is then: a negative rest is a sign.
 */
int64_t phase_unattributed(const struct life *life, int64_t spawn_ns);
