// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The births of a profile that a rule of a budget is about, and their values. */
#include <errno.h>
#include <string.h>

#include "user/gate/budget/budget.h"
#include "user/model/birth.h"

enum answer { NO, YES, NOT_KNOWN };

static enum answer answer_of(bool yes)
{
	return yes ? YES : NO;
}

/* The parent's own number. */
static int64_t number_of(const struct birth *b, const char *axis)
{
	if (!strcmp(axis, "vmas"))
		return b->life.count[COUNT_parent_vmas];
	if (!strcmp(axis, "fds"))
		return b->life.count[COUNT_parent_fds];
	if (!strcmp(axis, "threads"))
		return b->life.count[COUNT_parent_threads];
	return birth_rss(b);
}

static enum answer meets(const struct birth *b, const struct budget_condition *c)
{
	const char *text = b->comm;
	int64_t number;

	if (!c->word[0]) {
		number = number_of(b, c->axis);
		return number == MISSING
			       ? NOT_KNOWN
			       : answer_of(budget_holds((double)number, c->op, c->number));
	}
	if (!strcmp(c->axis, "method"))
		text = method_name(b->life.method);
	else if (!strcmp(c->axis, "exe"))
		text = b->exe;
	return answer_of((!strcmp(text, c->word)) == (c->op == OP_EQUAL));
}

static enum answer applies(const struct budget_rule *rule, const struct birth *b)
{
	enum answer all = YES, one;

	if (rule->method[0] && strcmp(rule->method, method_name(b->life.method)))
		return NO;
	for (size_t i = 0; i < rule->condition_count; i++) {
		one = meets(b, &rule->conditions[i]);
		if (one == NO)
			return NO;
		if (one == NOT_KNOWN)
			all = NOT_KNOWN;
	}
	return all;
}

/* What a profile has of a driver's times is that of the call. */
static int64_t value_of(const struct birth *b, int metric)
{
	if (metric == GATE_METRIC_SAMPLE + SAMPLE_spawn_ns)
		return birth_call_ns(b);
	if (metric < GATE_METRIC_PHASE)
		return MISSING;
	if (metric < GATE_METRIC_COUNT)
		return phase_ns(&b->life, metric - GATE_METRIC_PHASE);
	return b->life.count[metric - GATE_METRIC_COUNT];
}

/*
 * Whether a birth of these flags has the value, and only this one lacks it: COW faults are told
 * when the child's life is over, and a call that was under way at the start lacks its beginning.
 * What comes of a child that execs or ends is another matter: it may do neither.
 */
static bool should_have(const struct birth *b, int metric)
{
	enum phase p = PHASE_clone_setup;

	if (metric >= GATE_METRIC_COUNT + COUNT_parent_rss_anon)
		return true;
	if (metric >= GATE_METRIC_COUNT)
		p = PHASE_copy_mm;
	else if (metric >= GATE_METRIC_PHASE)
		p = metric - GATE_METRIC_PHASE;
	return phase_models[p].group != GROUP_CHILD && phase_exists(p, b->life.clone_flags);
}

/* Adds a birth that matches; true if it lacks the value. */
static int add_birth(const struct budget_rule *rule, const struct birth *b, bool measured,
		     struct budget_births *found, int64_t *largest)
{
	int64_t value;

	found->failed += b->life.result < 0;
	found->matching += b->life.result >= 0 || rule->metric == GATE_METRIC_FAILED;
	if (!found->first && b->life.result >= 0)
		found->first = b;
	if (rule->births || rule->metric == GATE_METRIC_FAILED || b->life.result < 0)
		return 0;
	value = value_of(b, rule->metric);
	if (value == MISSING) {
		found->unknown += measured && should_have(b, rule->metric);
		return 0;
	}
	if (!found->largest || value > *largest) {
		found->largest = b;
		*largest = value;
	}
	return series__push(&found->values, value);
}

int budget_find_births(const struct budget_rule *rule, const struct run *r,
		       struct budget_births *found)
{
	bool measured = false;
	int64_t largest = MISSING;
	int err = 0;

	*found = (struct budget_births){0};
	if (!rule->births && rule->metric != GATE_METRIC_FAILED) {
		for (size_t i = 0; i < r->birth_count && !measured; i++)
			measured = value_of(&r->births[i], rule->metric) != MISSING;
	}
	for (size_t i = 0; i < r->birth_count && !err; i++) {
		enum answer answer = applies(rule, &r->births[i]);

		if (answer == YES)
			err = add_birth(rule, &r->births[i], measured, found, &largest);
		else if (answer == NOT_KNOWN)
			found->unknown++;
	}
	return err;
}
