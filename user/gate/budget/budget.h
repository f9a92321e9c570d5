/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Budgets: absolute rules that one run must keep. A file holds a rule a line;
 * `#` begins a comment.
 *
 *   RULE   = VALUE [where COND {and COND}] OP NUMBER
 *   VALUE  = [METHOD.]METRIC[.count][.STAT] | [METHOD.]births
 *   COND   = AXIS OP (NUMBER | WORD)
 *   OP     = < | <= | == | != | >= | >
 *   STAT   = median | p50 | p90 | p99 | mean | min | max
 *   NUMBER = digits[.digits][unit]: ns us ms s, B KiB MiB GiB TiB (or K M G T)
 *
 * such as
 *
 *   copy_mm.p99 <= 2ms
 *   fork.births where rss >= 1GiB == 0
 *   cow_parent.count.max where comm == redis-server <= 10000
 *
 * A run of bench must keep it in each of its cells; of a profile, its births together must.
 */
#ifndef SPAWNSCOPE_GATE_BUDGET_H
#define SPAWNSCOPE_GATE_BUDGET_H

#include <stddef.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/gate/gate.h"

enum budget_op { OP_LESS, OP_AT_MOST, OP_EQUAL, OP_NOT_EQUAL, OP_AT_LEAST, OP_MORE };

enum budget_stat { STAT_QUANTILE, STAT_MEAN };

struct budget_condition {
	char axis[32]; /* as in a cell's key */
	enum budget_op op;
	char word[64]; /* "": `number` */
	double number;
};

#define BUDGET_CONDITIONS_MAX 8

struct budget_rule {
	char text[96]; /* as it stands in the file, on one line; escaped */
	size_t line;
	char method[32]; /* "": any */
	bool births;
	int metric; /* of the gate */
	enum budget_stat stat;
	double quantile;
	struct budget_condition conditions[BUDGET_CONDITIONS_MAX];
	size_t condition_count;
	enum budget_op op;
	double limit; /* in the metric's unit */
	bool timed;   /* the limit was written with a unit of time */
};

struct budget {
	struct budget_rule *rules;
	size_t count;
};

/*
 * Reads rules. 0; -EINVAL with a line in `why` that names file and line and says what was expected;
 * or -errno. A file without a rule is refused.
 */
int budget_read(FILE *in, const char *name, struct budget *b, struct fault *why);
void budget_free(struct budget *b);

/* Holds a run against them. 0 or -ENOMEM; the rest is in the report. */
int budget_check(const struct budget *b, const struct run *r, struct gate_report *report);

/* Inside the gate. */

/* Of the axes: whose values are words, and which only a run of bench or only a profile has. */
bool budget_axis_is_word(const char *axis);
bool budget_axis_known(const char *axis, bool profile);

bool budget_holds(double value, enum budget_op op, double limit);

bool budget_is_profile(const struct run *r);

/* How many values of a rule may be missing without a trace. */
double budget_count_unknown(const struct budget_rule *rule, const struct run *r);

/* What the run has lost, in words, or, with `births`, of births; "": nothing. */
void budget_tell_loss(const struct run *r, bool births, char *text, size_t size);

/* What is known of a value, and the least and the most that it may be. */
struct budget_bounds {
	double value, low, high;
};

/* `unknown` more values may lie anywhere, so also all above or all below those that are there. */
struct budget_bounds budget_bounds_of(const struct budget_rule *rule, const struct series *s,
				      double unknown);

/* A rule is kept or broken only if that is so wherever between the bounds the value is. */
enum gate_verdict budget_judge(const struct budget_bounds *b, const struct budget_rule *rule);

/* The births of a profile that a rule is about. */
struct budget_births {
	struct series values; /* of the metric; empty of births and of failures */
	size_t matching;      /* births, or with `failed` calls */
	size_t failed;	      /* of these, calls that failed */
	size_t unknown;	      /* may match, or match and lack the value that they should have */
	const struct birth *first;
	const struct birth *largest; /* the first that has the largest value */
};

/* 0 or -ENOMEM; free found->values in either case. */
int budget_find_births(const struct budget_rule *rule, const struct run *r,
		       struct budget_births *found);

#endif
