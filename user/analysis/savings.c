// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/savings.h"

#include <math.h>

static double known(int64_t ns)
{
	return ns == MISSING || ns < 0 ? 0 : (double)ns;
}

static int add_known(struct sketch *s, int64_t value)
{
	return value == MISSING ? 0 : sketch__add(s, value);
}

static int add_staying(struct staying *s, const struct life *life, int64_t copy)
{
	int err = sketch__add(&s->copy, copy);

	if (!err)
		err = add_known(&s->anon, life->count[COUNT_parent_rss_anon]);
	return err ? err : add_known(&s->cow_faults_parent, life->count[COUNT_cow_faults_parent]);
}

int savings_add(struct spawnable *w, struct staying *s, const struct birth *b,
		const int64_t phases[PHASE_COUNT])
{
	const struct life *life = &b->life;
	int64_t copy = phases[PHASE_copy_mm];
	uint64_t from = life->edge[EDGE_woken], to = life->edge[EDGE_exec_load];
	int err;

	if (life->method != CLONE_METHOD_FORK || copy == MISSING)
		return 0;
	if (!life->execed || life->exec_result)
		return add_staying(s, life, copy);
	w->n++;
	w->least_ns += known(copy);
	w->most_ns += known(copy) + known(phases[PHASE_clone_finish]) +
		      known(phases[PHASE_cow_parent]) + known(phases[PHASE_cow_child]) +
		      known(phases[PHASE_exec_flush]);
	w->rest_ns += known(phases[PHASE_clone_setup]) + known(phases[PHASE_wake]) +
		      fmax(0, known(phases[PHASE_pre_exec]) - known(phases[PHASE_cow_child]));
	if (from && to > from)
		w->held_ns += (double)(to - from);
	err = sketch__add(&w->copy, copy);
	return err ? err : add_known(&w->call, birth_call_ns(b));
}

void spawnable__free(struct spawnable *w)
{
	sketch__free(&w->call);
	sketch__free(&w->copy);
}

void staying__free(struct staying *s)
{
	sketch__free(&s->copy);
	sketch__free(&s->anon);
	sketch__free(&s->cow_faults_parent);
}
