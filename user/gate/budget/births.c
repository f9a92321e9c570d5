// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/budget/births.h"

#include <string.h>

#include "user/gate/budget/bounds.h"
#include "user/model/birth.h"
#include "user/model/phase.h"

enum answer { NO, YES, NOT_KNOWN };

static enum answer answer_of(bool yes)
{
	return yes ? YES : NO;
}

/* The value of a numeric axis: it describes the parent. */
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
		number = number_of(b, c->axis->name);
		return number == MISSING
			       ? NOT_KNOWN
			       : answer_of(budget_holds((double)number, c->op, c->number));
	}
	if (!strcmp(c->axis->name, "method"))
		text = method_name(b->life.method);
	else if (!strcmp(c->axis->name, "exe"))
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

static int64_t value_of(const struct birth *b, const struct metric *m)
{
	return m->of_birth ? m->of_birth(m, b) : MISSING;
}

/*
 * Whether births with these flags have the value, so that only this one lacks it. COW faults are
 * reported when the child ends, and a call that began before the profile lacks its start. A phase
 * of the child is different: the child may neither exec nor end.
 */
static bool should_have(const struct birth *b, const struct metric *m)
{
	return m->phase == PHASE_none || (phase_models[m->phase].group != GROUP_CHILD &&
					  phase_exists(m->phase, b->life.clone_flags));
}

/* Adds a birth that matches. `measured`: some birth has the metric. 0 or -ENOMEM. */
static int add_birth(const struct budget_rule *rule, const struct birth *b, bool measured,
		     struct budget_births *found, int64_t *largest)
{
	int64_t value;

	found->failed += b->life.result < 0;
	found->matching += b->life.result >= 0 || budget_about_failed(rule);
	if (!found->first && b->life.result >= 0)
		found->first = b;
	if (rule->births || budget_about_failed(rule) || b->life.result < 0)
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
	if (!rule->births && !budget_about_failed(rule)) {
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
