/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is certain about a value of a run that lost records. */
#pragma once

#include "user/gate/budget/budget.h"

bool budget_holds(double value, enum budget_op op, double limit);

/* More than any file can hold. */
#define BUDGET_ANY_NUMBER 0x1p50

/* The most values of a rule that may be missing without a trace. */
double budget_count_unknown(const struct budget_rule *rule, const struct run *r);

/* Describes what the run lost of what the rule is about; NULL: of phases and counts. "": nothing.
 */
void budget_describe_loss(const struct run *r, const struct budget_rule *rule, char *text,
			  size_t size);

/* The observed value, and the least and the largest that it may really be. */
struct budget_bounds {
	double value, low, high;
};

/* `unknown`: further values that may lie anywhere, even all above or all below the known ones. */
struct budget_bounds budget_bounds_of(const struct budget_rule *rule, const struct series *s,
				      double unknown);

/* Pass or regression only if the rule gives the same answer everywhere between the bounds. */
enum gate_verdict budget_judge(const struct budget_bounds *b, const struct budget_rule *rule);
