// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/samples.h"

#include <string.h>

static int64_t span(int64_t from, int64_t to)
{
	return from == MISSING || to == MISSING ? MISSING : to - from;
}

/* A series begins with its first value: the samples before it are then filled in as missing. */
static int push(struct series *s, size_t before, int64_t value)
{
	int err = 0;

	if (value == MISSING && !s->n)
		return 0;
	while (!err && s->n < before)
		err = series__push(s, MISSING);
	return err ? err : series__push(s, value);
}

/* Uses the driver's timestamps for edges that nothing in the kernel marks. */
static void take_driver_edges(struct life *life, const struct source_choice *choice,
			      const struct sample *s)
{
	const struct {
		enum edge edge;
		int64_t t;
	} stand_ins[] = {
		{EDGE_clone_enter, s->t_call},
		{EDGE_clone_return, s->t_return},
		{EDGE_exec_enter, s->t_exec == MISSING ? MISSING : s->t_child},
		{EDGE_reaped, s->t_reaped},
	};

	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(stand_ins[0]); i++) {
		const struct source *row = choice->edges[stand_ins[i].edge];

		if (!row || row->kind != SOURCE_DRIVER || stand_ins[i].t == MISSING)
			continue;
		life->edge[stand_ins[i].edge] = stand_ins[i].t;
		life->off[stand_ins[i].edge] = OFF_UNKNOWN;
	}
}

static int push_phases(struct cell *cell, const struct life *life,
		       const struct source_choice *choice)
{
	bool counted =
		choice->sums[SUM_cow_child] && phase_exists(PHASE_cow_child, life->clone_flags);
	int err = 0;

	for (int i = 0; i < PHASE_COUNT && !err; i++) {
		const struct phase_model *m = &phase_models[i];
		bool marked = m->sum < 0 || choice->sums[m->sum];

		/* Counting the child's system calls made it longer. */
		if (i == PHASE_pre_exec && life->count[COUNT_child_syscalls] != MISSING)
			marked = false;

		err = push(&cell->phases[i], cell->n,
			   marked && life->result > 0 ? phase_ns(life, i) : MISSING);
	}
	syscalls__add_birth(cell->syscalls, life);
	for (int i = 0; i < COUNT_COUNT && !err; i++)
		err = push(&cell->counts[i], cell->n,
			   !counted && count_is_cow(i) ? MISSING : life->count[i]);
	return err;
}

/*
 * The first instruction of the new program. The driver's own child writes the time; of another
 * program (--program) the trace has it, where exec_load ends. Not where a shell starts it: what is
 * traced then is the shell's exec.
 */
static int64_t exec_time(const struct cell *cell, const struct sample *s, const struct life *life)
{
	if (s->t_exec != MISSING || !life || s->error)
		return s->t_exec;
	if (!life->execed || life->exec_result || !life->edge[EDGE_exec_done] ||
	    cell__method_kind(cell) == METHOD_SHELL)
		return MISSING;
	return (int64_t)life->edge[EDGE_exec_done];
}

/* How long the process takes for one spawn, where several threads spawn. */
static int64_t time_for_each(const struct sample *s)
{
	int64_t total = s->error ? MISSING : span(s->t_call, s->t_reaped);

	return total == MISSING || s->ended == MISSING || s->ended <= 0 ? MISSING
									: total / s->ended;
}

int samples_add(struct cell *cell, const struct sample *s, struct life *life,
		const struct source_choice *choice)
{
	int64_t spawn_ns = s->error ? MISSING : span(s->t_call, s->t_return);
	const int64_t values[SAMPLE_COUNT] = {
		[SAMPLE_spawn_ns] = spawn_ns,
		[SAMPLE_first_run_ns] = span(s->t_call, s->t_child),
		[SAMPLE_exec_ns] = span(s->t_call, exec_time(cell, s, life)),
		[SAMPLE_exit_ns] = span(s->t_exit, s->t_reaped),
		[SAMPLE_total_ns] = s->error ? MISSING : span(s->t_call, s->t_reaped),
		[SAMPLE_stall_ns] = s->stall,
		[SAMPLE_stall_sum_ns] = s->stall_sum,
		[SAMPLE_stall_base_ns] = s->stall_base,
		[SAMPLE_each_ns] = time_for_each(s),
	};
	int err = 0;

	for (int i = 0; i < SAMPLE_COUNT && !err; i++)
		err = push(&cell->samples[i], cell->n, values[i]);
	if (!err && (s->error || cell->errnos.n))
		for (size_t i = cell->errnos.n; i <= cell->n && !err; i++)
			err = series__push(&cell->errnos, i == cell->n ? s->error : 0);
	if (!err && choice && life) {
		struct life joined = *life; /* a copy: lives__find() goes by the edges */

		take_driver_edges(&joined, choice, s);
		err = push_phases(cell, &joined, choice);
		if (!err)
			err = push(&cell->unattributed, cell->n,
				   phase_unattributed(&joined, spawn_ns));
	}
	if (!err)
		cell->n++;
	return err;
}
