/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A cell of a run: one combination of method, parent and probe set, and its samples. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/method_names.h"
#include "bpf/phases.h"
#include "user/model/fact.h"
#include "user/model/probe_set.h"
#include "user/model/series.h"
#include "user/model/syscalls.h"

/* X(name, brief): the user-space timings of a sample, as in DESIGN's result format. */
#define SAMPLES(X)                                                                                 \
	X(spawn_ns, "call to return in the parent")                                                \
	X(first_run_ns, "call to the child's first own instruction, before any exec")              \
	X(exec_ns, "call to the first instruction of the new program")                             \
	X(exit_ns, "the child's last timestamp to reaped")                                         \
	X(total_ns, "call to reaped")                                                              \
	X(stall_ns, "longest wait of a touching thread during the call")                           \
	X(stall_sum_ns, "sum over the touching threads: the longest wait of each during the call") \
	X(stall_base_ns, "longest wait of a touching thread in as much time without a call")       \
	X(each_ns, "total divided by the spawns of all spawning threads that ended in it")

enum sample_kind {
#define X(name, brief) SAMPLE_##name,
	SAMPLES(X)
#undef X
		SAMPLE_COUNT
};

const char *sample_name(enum sample_kind s);
int sample_by_name(const char *name); /* -1 if unknown */

/* Where values (a phase's, say) came from, or why there are none: exactly one member is set. */
struct phase_origin {
	char *source; /* "fentry:dup_mmap", "tracepoint:mmap_lock", "driver" */
	char *absent; /* one line */
};

#define PROGRAM_AXIS "program"

struct cell {
	struct fact *key; /* its axes */
	size_t key_count;
	size_t n;      /* samples */
	size_t order;  /* its place in the grid; cells are stored as they are completed */
	char *skipped; /* why there are no samples, or NULL */
	char *broken;  /* why there are fewer samples than asked for, or NULL */
	bool late;     /* that is since a block of them reached the time limit */
	/* Of a side of a gate, several runs joined: in how many it is, each a block; 0: no such
	 * side. */
	unsigned int joined;
	bool uneven; /* and these have not the same number of samples, so that no block is a run */
	struct series samples[SAMPLE_COUNT];
	struct series unattributed; /* ns: spawn_ns less the phases of the call; may be empty */
	struct series bill;   /* ns; in no file: cell__add_up_bill() computes it from the others */
	struct series errnos; /* empty if no call failed, else 0 or errno */
	/*
	 * What probes measured, which is most of a cell's memory. Cells of a file without any of it
	 * share one that is empty: cell__own_probed() before it is written to.
	 */
	struct series *phases; /* PHASE_COUNT of them, ns; empty if the phase has no value here */
	struct phase_origin *phase_origin; /* as many: where it differs from the run's */
	struct series *counts;		   /* COUNT_COUNT of them; empty if not counted */
	struct syscalls *syscalls; /* COUNT_child_syscalls by kind, over all samples that have it */
};

/* An empty cell. 0 or -ENOMEM. */
int cell__init(struct cell *c);

/* Gives what probes measured a place of its own. 0 or -ENOMEM. */
int cell__own_probed(struct cell *c);

/* Gives that place up if it is empty. */
void cell__share_probed(struct cell *c);

void cell__free(struct cell *c); /* frees what c holds, not c; accepts NULL */
void phase_origins__free(struct phase_origin origins[PHASE_COUNT]);

/* Append an axis to the key; strings are copied. 0 or -ENOMEM. */
int cell__add_key_text(struct cell *c, const char *name, const char *text);
int cell__add_key_number(struct cell *c, const char *name, int64_t number);

/* Axes of the key; NULL or MISSING if the key lacks it. */
const char *cell__method(const struct cell *c);
const char *cell__pages(const struct cell *c);
/* The command that it execs, quoted as for a shell; NULL unless the run compares programs. */
const char *cell__program(const struct cell *c);
int64_t cell__parent_bytes(const struct cell *c);
/* The name of the attached probe set (probe_set.h); "none" if the key has no such axis. */
const char *cell__probe_set(const struct cell *c);

/* As this program knows it; METHOD_PROCESS for a method that it does not know. */
enum method_kind cell__method_kind(const struct cell *c);

/* Whether the children exec. */
bool cell__execs(const struct cell *c);

/* Whether samples were taken, even if every call failed. */
bool cell__has_data(const struct cell *c);

/* Any axis by name; NULL or MISSING if the key lacks it, or its value is of the other type. */
const char *cell__key_text(const struct cell *c, const char *name);
int64_t cell__key_number(const struct cell *c, const char *name);

/* Whether the axis `limit` has its calls fail, so that an errno is the result. */
bool cell__is_to_fail(const struct cell *c);

/* Whether both have the same axes with the same values; `except` (may be NULL) is ignored. */
bool cell__same_key(const struct cell *a, const struct cell *b, const char *except);
