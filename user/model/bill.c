// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/bill.h"

/* What decides which phases a bill has. */
struct kind {
	bool copies; /* the address space */
	bool execs;
};

/* Whether the birth's bill lacks something without the phase. */
static bool needs(enum phase p, struct kind k)
{
	const struct phase_model *m = &phase_models[p];

	if (p == PHASE_pre_exec || p == PHASE_exec_flush)
		return k.execs;
	if (p == PHASE_exit_mm || p == PHASE_cow_child)
		return k.copies && !k.execs;
	return m->group == GROUP_AFTER && phase_is_work(p) && k.copies;
}

static bool is_of_call(enum phase p)
{
	return phase_models[p].group == GROUP_CALL && phase_is_work(p);
}

bool bill_has(enum phase p)
{
	return is_of_call(p) || needs(p, (struct kind){true, true}) ||
	       needs(p, (struct kind){true, false});
}

/* The first phase that the bill needs and that is MISSING; PHASE_none: none. */
static enum phase first_missing(const int64_t ns[PHASE_COUNT], struct kind k)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (needs(p, k) && ns[p] == MISSING)
			return p;
	}
	return PHASE_none;
}

/* Of a birth all of whose phases of the call are known: those that are MISSING it does not have. */
static int64_t add_up(const int64_t ns[PHASE_COUNT], bool execs)
{
	struct kind k = {.copies = ns[PHASE_copy_mm] != MISSING, .execs = execs};
	int64_t sum = 0;

	if (first_missing(ns, k) != PHASE_none)
		return MISSING;
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (needs(p, k) || (is_of_call(p) && ns[p] != MISSING))
			sum += ns[p];
	}
	return sum;
}

int64_t bill_of_life(const struct life *life)
{
	int64_t ns[PHASE_COUNT];

	if (life->result <= 0 || phase_unattributed(life, 0) == MISSING)
		return MISSING;
	for (int p = 0; p < PHASE_COUNT; p++)
		ns[p] = phase_ns(life, p);
	ns[PHASE_pre_exec] = phase_on_cpu_ns(life, PHASE_pre_exec);
	return add_up(ns, life->execed && !life->exec_result);
}

static void take_sample(const struct cell *c, size_t i, int64_t ns[PHASE_COUNT])
{
	for (int p = 0; p < PHASE_COUNT; p++)
		ns[p] = i < c->phases[p].n ? c->phases[p].v[i] : MISSING;
}

/* Whether all phases of the call are known. */
static bool knows_call(const struct cell *c, size_t i)
{
	return i < c->unattributed.n && c->unattributed.v[i] != MISSING;
}

int cell__add_up_bill(struct cell *c)
{
	int64_t ns[PHASE_COUNT];
	bool any = false;
	int err = 0;

	series__free(&c->bill);
	if (c->unattributed.n)
		err = series__reserve(&c->bill, c->n);
	for (size_t i = 0; i < c->n && c->unattributed.n && !err; i++) {
		int64_t bill = MISSING;

		if (knows_call(c, i)) {
			take_sample(c, i, ns);
			bill = add_up(ns, cell__execs(c));
		}
		any |= bill != MISSING;
		err = series__push(&c->bill, bill);
	}
	if (!any)
		series__free(&c->bill);
	return err;
}

enum phase bill_lacks(const struct cell *c)
{
	int64_t ns[PHASE_COUNT];

	for (size_t i = 0; i < c->n; i++) {
		if (!knows_call(c, i))
			continue;
		take_sample(c, i, ns);
		return first_missing(ns,
				     (struct kind){ns[PHASE_copy_mm] != MISSING, cell__execs(c)});
	}
	/* Each call has this one. */
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (is_of_call(p) && !series__any(&c->phases[p]))
			return p;
	}
	return PHASE_none;
}
