/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Budgets: absolute rules for one run. A file has one rule per line; `#` begins a comment.
 *
 *   RULE   = VALUE [where COND {and COND}] OP NUMBER
 *   VALUE  = [METHOD.]METRIC[.count][.STAT] | [METHOD.]births
 *   COND   = AXIS OP (NUMBER | WORD | "WORDS", where \" and \\ are " and \)
 *   OP     = < | <= | == | != | >= | >
 *   STAT   = median | p50 | p90 | p99 | mean | min | max
 *   NUMBER = digits[.digits][unit]: ns us ms s, B KiB MiB GiB TiB (or K M G T)
 *
 * Examples:
 *
 *   copy_mm.p99 <= 2ms
 *   fork.births where rss >= 1GiB == 0
 *   cow_parent.count.max where comm == redis-server <= 10000
 *   births where comm == "tmux: server" == 0
 *
 * A rule must hold in each cell of a bench, and for all births of a profile together.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"

/* An axis that conditions may name. */
struct budget_axis {
	const char *name; /* as in a cell's key */
	bool is_word;	  /* its values are words, not numbers */
	bool in_bench, in_profile;
};

enum budget_op { OP_LESS, OP_AT_MOST, OP_EQUAL, OP_NOT_EQUAL, OP_AT_LEAST, OP_MORE };

enum budget_stat { STAT_QUANTILE, STAT_MEAN };

struct budget_condition {
	const struct budget_axis *axis;
	enum budget_op op;
	char word[64]; /* "": compare with `number` */
	double number;
};

#define BUDGET_CONDITIONS_MAX 8

struct budget_rule {
	char text[96]; /* as in the file, on one line; escaped */
	size_t line;
	char method[32]; /* "": any */
	bool births;	 /* about the number of births; else about `metric` */
	const struct metric *metric;
	enum budget_stat stat;
	double quantile;
	struct budget_condition conditions[BUDGET_CONDITIONS_MAX];
	size_t condition_count;
	enum budget_op op;
	double limit; /* in the metric's unit */
	bool timed;   /* the limit has a unit of time */
};

struct budget {
	struct budget_rule *rules;
	size_t count;
};

/*
 * Reads rules. 0; -EINVAL with a line in `why` that names file and line and says what was expected;
 * or -errno. A file without rules is refused.
 */
int budget_read(FILE *in, const char *name, struct budget *b, struct fault *why);
void budget_free(struct budget *b);

/* Checks a run. 0 or -ENOMEM; the result is in the report, which is overwritten. */
int budget_check(const struct budget *b, const struct run *r, struct gate_report *report);

/* Whether a rule is about failed calls, which are not the values of births. */
bool budget_about_failed(const struct budget_rule *rule);
