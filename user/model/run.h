/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run: everything that was measured and what is known about how, and the only
 * thing that tables, gates, reports and exports look at. No BPF here, no
 * privileges, no printing.
 */
#ifndef SPAWNSCOPE_RUN_H
#define SPAWNSCOPE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/units.h"
#include "bpf/phases.h"
#include "user/model/probe_set.h"
#include "user/model/stack.h"

#define RUN_SCHEMA 1

/* The fact that says what `gate --ab --keep` took a run for: "pair 3 of 40", of a group and a plan.
 */
#define RUN_KEPT_FACT "gate"

/* One value per sample, in the order taken. */
struct series {
	int64_t *v;
	size_t n;
	size_t cap;
};

/* 0 or -ENOMEM. */
int series__push(struct series *s, int64_t value);
void series__free(struct series *s);
/* Whether any value is present. */
bool series__any(const struct series *s);

/* X(name, brief): the user-space timings of a sample, as in DESIGN's result format. */
#define SAMPLES(X)                                                                                 \
	X(spawn_ns, "call to return in the parent")                                                \
	X(first_run_ns, "call to the child's first own instruction, before any exec")              \
	X(exec_ns, "call to the first instruction of the new program")                             \
	X(exit_ns, "the child's last timestamp to reaped")                                         \
	X(total_ns, "call to reaped")

enum sample_kind {
#define X(name, brief) SAMPLE_##name,
	SAMPLES(X)
#undef X
		SAMPLE_COUNT
};

/* One axis of a cell: its value is a number if `text` is NULL. */
struct key_part {
	char *name;
	char *text;
	int64_t number;
};

/* Where values, as those of a phase, came from, or why there are none. Exactly one of the two is
 * set. */
struct phase_origin {
	char *source; /* "fentry:dup_mmap", "tracepoint:mmap_lock", "driver" */
	char *absent; /* one line */
};

struct cell {
	struct key_part *key;
	size_t key_count;
	size_t n;      /* samples */
	size_t order;  /* its place in the grid; cells are stored as they are completed */
	char *skipped; /* why there are none, or NULL */
	char *broken;  /* why there are fewer than asked for, or NULL */
	struct series samples[SAMPLE_COUNT];
	struct series unattributed; /* ns: spawn_ns less the phases of the call; may stay empty */
	struct series phases[PHASE_COUNT]; /* ns; empty if the phase has no value here */
	struct phase_origin phase_origin[PHASE_COUNT]; /* `absent` may say why for this cell */
	struct series counts[COUNT_COUNT];	       /* empty if not counted */
	struct series errnos; /* empty if no call failed, else 0 or errno */
};

/* A fact about the machine that makes two runs comparable or not. */
struct env_fact {
	char *name;
	char *text; /* NULL: `number` holds the value, or it is missing if that is MISSING */
	int64_t number;
};

/* What tracing cost: the same cell with and without probes, alternated in this run. */
struct birth;
struct calibration;

struct run {
	int schema;
	char *tool;	/* "spawnscope 0.1.0" */
	char **command; /* NULL-terminated */
	char *clock;	/* "monotonic" or "icount" */
	uint64_t seed;
	struct env_fact *env;
	size_t env_count;
	struct phase_origin phases[PHASE_COUNT];
	struct phase_origin failures; /* of a profile; or neither is set: not known */
	struct cell *cells;
	size_t cell_count;
	struct birth *births; /* of a profile */
	size_t birth_count;
	struct stack_table stacks;	 /* of these births, as they were read */
	struct calibration *calibration; /* of a profile, or NULL */
	bool ended;			 /* the `end` line was there: the run is whole */
	struct {
		int64_t births;	 /* birth records seen; MISSING if nothing was attached */
		int64_t started; /* children that the driver created while probes were attached */
		int64_t started_untraced; /* and while none were */
		int64_t lost;		  /* records that found no room */
		int64_t missed;		  /* runs of a probe that the kernel skipped */
		int64_t duration_ns;	  /* of a profile; 0 in a bench */
		int64_t births_lost;	  /* in a profile: of `lost`, those of births */
		int64_t restarts;	  /* in a profile: calls made anew because of a signal */
		int64_t births_unseen;	  /* counted, but without a record, which was not lost */
		int64_t untracked;	  /* children that could not be followed */
		int64_t filtered;	  /* births that the profile was told to leave out */
	} end;
};

/*
 * Says of a new run what this program was told: spawnscope COMMAND ARGS..., which end with NULL.
 * 0 or -ENOMEM, when *r is to be freed all the same.
 */
int run__begin(struct run *r, const char *command, char *const *args, const char *clock);
void run__free(struct run *r); /* frees what r holds, not r; accepts NULL */
void cell__free(struct cell *c);

/* Adds a cell, empty but for its order; NULL if out of memory. Earlier pointers into r->cells
 * become invalid. */
struct cell *run__add_cell(struct run *r);

/* Adds a birth, which the run then owns. 0 or -ENOMEM. */
int run__add_birth(struct run *r, const struct birth *b);

/* Append an axis / a fact; strings are copied. 0 or -ENOMEM. */
int cell__add_key_text(struct cell *c, const char *name, const char *text);
int cell__add_key_number(struct cell *c, const char *name, int64_t number);
int run__add_env_text(struct run *r, const char *name, const char *text); /* NULL: not known */
int run__add_env_number(struct run *r, const char *name, int64_t number);

/* NULL if there is no such fact. */
const struct env_fact *run__env(const struct run *r, const char *name);

/* Axes of a cell's key; NULL or MISSING: it has none. */
const char *cell__method(const struct cell *c);
const char *cell__pages(const struct cell *c);
int64_t cell__parent_bytes(const struct cell *c);
/* The name of the probe set that was attached (probe_set.h); "none" if the key has no such axis. */
const char *cell__probe_set(const struct cell *c);

/* Whether samples were taken, be it that all calls failed. */
bool cell__has_data(const struct cell *c);

/* The cell with the same key as `like` but with `axis` = `text`; NULL if there is none. */
const struct cell *run__sibling(const struct run *r, const struct cell *like, const char *axis,
				const char *text);

/* The cell with the same key as `like`, taken with this probe set; NULL: none. */
const struct cell *run__with_probe_set(const struct run *r, const struct cell *like,
				       enum probe_set set);

/* Whether times are instructions (the clock of the lab), not ns. */
bool run__counts_instructions(const struct run *r);

/* The value of any axis by name, or NULL / MISSING. */
const char *cell__key_text(const struct cell *c, const char *name);
int64_t cell__key_number(const struct cell *c, const char *name);

/* Same axes with the same values, but for the axis `except` (may be NULL). */
bool cell__same_key(const struct cell *a, const struct cell *b, const char *except);

/* Names as they stand in files, and back: -1 if unknown. */
const char *phase_name(enum phase p);
int phase_by_name(const char *name);
const char *count_name(enum count c);
int count_by_name(const char *name);
const char *sample_name(enum sample_kind s);
int sample_by_name(const char *name);

/* Whether it is a profile: it has births, or none but a duration; else it is a bench. */
bool run__is_profile(const struct run *r);

#endif
