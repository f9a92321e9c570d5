/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Budgets: absolute rules that one run must keep. A file holds a rule a line;
 * `#` begins a comment.
 *
 *   RULE   = VALUE [where COND {and COND}] OP NUMBER
 *   VALUE  = [METHOD.]METRIC[.STAT] | [METHOD.]births
 *   COND   = AXIS OP (NUMBER | WORD)
 *   OP     = < | <= | == | != | >= | >
 *   STAT   = median | p50 | p90 | p99 | mean | min | max | count
 *   NUMBER = digits[.digits][unit]: ns us ms s, B KiB MiB GiB TiB (or K M G T)
 *
 * such as
 *
 *   copy_mm.p99 <= 2ms
 *   fork.births where rss >= 1GiB == 0
 *   cow_parent.count <= 10000
 */
#ifndef SPAWNSCOPE_GATE_BUDGET_H
#define SPAWNSCOPE_GATE_BUDGET_H

#include <stddef.h>
#include <stdio.h>

#include "user/gate.h"

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
int budget_read(FILE *in, const char *name, struct budget *b, char *why, size_t why_size);
void budget_free(struct budget *b);

/* Holds a run against them. 0 or -ENOMEM; the rest is in the report. */
int budget_check(const struct budget *b, const struct run *r, struct gate_report *report);

#endif
