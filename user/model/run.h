/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A run: everything that was measured, and how. Tables, gates, reports and exports read nothing
 * else. No BPF here, no privileges, no printing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/model/call_tree.h"
#include "user/model/cell.h"
#include "user/model/cell_index.h"
#include "user/model/count.h"
#include "user/model/observation.h"
#include "user/model/phase.h"
#include "user/model/probe_set.h"
#include "user/model/series.h"
#include "user/model/stack.h"

#define RUN_SCHEMA 1

/* The fact that says what `gate --ab --keep` took a run for: "pair 3 of 40", of a group and a plan.
 */
#define RUN_KEPT_FACT "gate"

/* The fact that says what `gate --ab` did so that how files were written shows in no difference. */
#define RUN_PROGRAMS_FACT "programs"

/* The fact that names the suite of bench, if it is a built-in one. */
#define RUN_SUITE_FACT "suite"

struct birth;
struct calibration;

struct run {
	int schema;
	char *tool;	/* "spawnscope 0.1.0" */
	char **command; /* NULL-terminated */
	char *clock;	/* "monotonic" or "icount" */
	uint64_t seed;
	unsigned int rounds; /* of a bench: the blocks of each cell; 0: not known */
	struct fact *env;    /* of the machine: whether two runs can be compared */
	size_t env_count;
	struct phase_origin phases[PHASE_COUNT];
	struct phase_origin failures; /* of a profile; not known if neither member is set */
	struct phase_origin stall;    /* of the waits of others; not known if neither is set */
	struct phase_origin cpu;      /* of end.cpu_ns, likewise; older files do not say */
	struct cell *cells;
	size_t cell_count;
	struct birth
		*births; /* only in a profile; NULL also if they went to a function of the reader */
	size_t birth_count;
	struct stack_table stacks;	  /* that the births point to */
	struct calibration *calibration;  /* only in a profile; may be NULL */
	char *scenario;			  /* its name; NULL: it is none */
	struct observation *observations; /* only of a scenario, and of claims */
	size_t observation_count;
	struct call_tree *anatomies; /* of cells that an emulator counted by the function */
	size_t anatomy_count;
	bool ended; /* it has its `end` line: the run is whole */
	struct {
		int64_t births;	 /* birth records seen; MISSING if nothing was attached */
		int64_t started; /* children that the driver created while probes were attached */
		int64_t started_untraced;  /* and while no probes were */
		int64_t lost;		   /* records that the ring had no room for */
		int64_t missed;		   /* probe runs that the kernel skipped */
		int64_t duration_ns;	   /* only in a profile; 0 in a bench */
		int64_t births_lost;	   /* profile: births among `lost` */
		int64_t restarts;	   /* profile: calls restarted because of a signal */
		int64_t births_unseen;	   /* counted without a record, though none was lost */
		int64_t births_unfinished; /* of these, still in the call at the end */
		int64_t untracked;	   /* children that could not be followed */
		int64_t filtered;	   /* births that the profile's filters left out */
		int64_t waits_late;	   /* profile: of others, that no birth's stall has */
		int64_t children_alive;	   /* profile: processes of a command that outlive it */
		/* User and system time of the profiled command and of all that was waited for in
		 * it, ns; only if cpu.source is set. */
		int64_t cpu_ns;
		/* Only in a bench outside the lab; cpu_ticks is 0 if they were not read. */
		int64_t cpu_ticks;	  /* of all CPUs during the run, busy or idle */
		int64_t steal_ticks;	  /* of these, what the hypervisor gave to others */
		int64_t load_begin_milli; /* the load of one minute, times 1000: when it began */
		int64_t load_end_milli;	  /* and at its end */
	} end;
};

/*
 * Fills in schema, tool, clock and command: spawnscope COMMAND ARGS...; `args` ends with NULL.
 * 0 or -ENOMEM; free *r in either case.
 */
int run__begin(struct run *r, const char *command, char *const *args, const char *clock);

/* Replaces the command. 0 or -ENOMEM. */
int run__set_command(struct run *r, const char *command, char *const *args);
void run__free(struct run *r); /* frees what r holds, not r; accepts NULL */

/* Adds an empty cell; only its order is set. NULL: out of memory. Invalidates pointers to cells. */
struct cell *run__add_cell(struct run *r);

/* Adds a birth, which the run then owns. 0 or -ENOMEM. */
int run__add_birth(struct run *r, const struct birth *b);

/*
 * Adds an empty anatomy, which the run then owns. NULL: out of memory. Invalidates pointers to
 * anatomies.
 */
struct call_tree *run__add_anatomy(struct run *r);

/* Append a fact; strings are copied. 0 or -ENOMEM. */
int run__add_env_text(struct run *r, const char *name, const char *text); /* NULL: not known */
int run__add_env_number(struct run *r, const char *name, int64_t number);

/* NULL if there is no such fact. */
const struct fact *run__env(const struct run *r, const char *name);

/*
 * Of the run's cells, by their keys without that axis (NULL: none), for cell_index__free(). More
 * can be added. 0 or -ENOMEM; free it in any case.
 */
int run__index(const struct run *r, const char *except, struct cell_index *x);

/* Where this cell's values of a phase came from; NULL: not known. */
const char *run__phase_source(const struct run *r, const struct cell *c, enum phase p);

/* Of a profile in which no call has a time: why, by its phases; NULL: they do not say. */
const char *run__call_absent(const struct run *r);

/*
 * Births that happened and made no record, though none was lost: counted in the kernel, or by the
 * driver of a bench. 0 if not known.
 */
int64_t run__births_unseen(const struct run *r);

/* Whether times are instructions (the lab's clock), not ns. */
bool run__counts_instructions(const struct run *r);

/*
 * The rule by which the lab counted this run's instructions: the fact `counting_rule`, or that of
 * the lab before it had one. "": the times are ns.
 */
const char *run__counting_rule(const struct run *r);

/* Whether times of both are in the same unit: the same clock and the same counting rule. */
bool run__same_unit(const struct run *a, const struct run *b);

/* Whether it is a profile: it has births, or none but a duration; else it is a bench. */
bool run__is_profile(const struct run *r);
