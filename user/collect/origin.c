// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/origin.h"
#include "user/probe/source_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/record.h"

#define NO_PROBES "nothing was attached (untraced)"

static int set(char **slot, const char *text)
{
	free(*slot);
	*slot = strdup(text);
	return *slot ? 0 : -ENOMEM;
}

/* The source of a phase, or why it has none. */
static int set_origin(struct phase_origin *o, const struct source_choice *choice, enum phase p,
		      uint64_t clone_flags)
{
	char text[512];
	int err = source_of_phase(choice, p, clone_flags, text, sizeof(text));

	return set(err ? &o->absent : &o->source, text);
}

int origin_of_run(struct run *r, const struct source_choice *choice)
{
	int err = 0;

	for (int p = 0; p < PHASE_COUNT && !err; p++)
		err = choice ? set_origin(&r->phases[p], choice, p, phase_models[p].only_if)
			     : set(&r->phases[p].absent, NO_PROBES);
	return err;
}

int origin_of_failures(struct run *r, const struct source_choice *choice)
{
	char text[512];
	int err = source_of_failures(choice, text, sizeof(text));

	return set(err ? &r->failures.absent : &r->failures.source, text);
}

int origin_of_stalls(struct run *r, const struct source_choice *choice)
{
	const char *absent =
		!choice || !choice->no_stalls ? "only with --detail stalls" : choice->no_stalls;

	return absent[0] ? set(&r->stall.absent, absent)
			 : set(&r->stall.source, "tracepoint:mmap_lock_start_locking.."
						 "mmap_lock_acquire_returned");
}

int origin_of_touches(struct run *r, bool any)
{
	return any ? set(&r->stall.source, "driver")
		   : set(&r->stall.absent, "no touching threads: --touchers adds them");
}

int origin_learn(struct cell *cell, const struct life *life, const struct source_choice *choice)
{
	int err = 0;

	if (cell->phase_origin[0].source || cell->phase_origin[0].absent || life->result < 0)
		return 0;
	for (int p = 0; p < PHASE_COUNT && !err; p++) {
		const char *why_not = phase_why_not(p, life->clone_flags);
		struct phase_origin *o = &cell->phase_origin[p];

		err = why_not ? set(&o->absent, why_not)
			      : set_origin(o, choice, p, life->clone_flags);
	}
	return err;
}

/* A source that marked nothing in any sample: by the nature of the method, or of this kernel. */
static const char *why_unmarked(const struct cell *cell, enum phase p)
{
	const struct phase_model *m = &phase_models[p];
	const char *no_copy = cell->phase_origin[PHASE_copy_mm].absent;
	bool shares_mm = no_copy && !strcmp(no_copy, phase_why_not(PHASE_copy_mm, PHASE_VM));
	bool execs = cell->phases[PHASE_exec_load].n || cell->samples[SAMPLE_exec_ns].n;

	if (p == PHASE_pre_exec && series__any(&cell->counts[COUNT_child_syscalls]))
		return "counting the system calls in it makes it longer";
	if (m->to > EDGE_first_run && m->to < (int)DEATH_EDGE_FIRST && m->sum < 0 && !execs)
		return "the child does not exec";
	if (p == PHASE_exit_mm && !execs && shares_mm)
		return "CLONE_VM: the child has no address space of its own to tear down";
	if ((m->from == EDGE_exec_enter || m->to == EDGE_exec_enter) &&
	    strstr(cell->phase_origin[p].source, "driver:"))
		return !strcmp(cell__probe_set(cell), probe_set_name(PROBE_SET_ALL))
			       ? "no probe here marks the entry of an execve that libc calls"
			       : "only the pass trace=all marks the entry of an execve that libc "
				 "calls";
	return "the probe was attached but marked nothing on this kernel";
}

int origin_settle(struct cell *cell)
{
	int err = 0;

	for (int p = 0; p < PHASE_COUNT && !err; p++) {
		struct phase_origin *o = &cell->phase_origin[p];

		if (!o->source || cell->phases[p].n)
			continue;
		err = set(&o->absent, why_unmarked(cell, p));
		free(o->source);
		o->source = NULL;
	}
	return err;
}
