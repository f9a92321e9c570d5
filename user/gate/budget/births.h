/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The births of a profile that a rule is about, and their values. */
#pragma once

#include "user/gate/budget/budget.h"

struct budget_births {
	struct series values; /* of the metric; empty for births and for failed calls */
	size_t matching;      /* births; with `failed`, calls */
	size_t failed;	      /* calls of these that failed */
	size_t unknown;	      /* may match, or match but lack a value that they should have */
	const struct birth *first;
	const struct birth *largest; /* the first one with the largest value */
};

/* 0 or -ENOMEM; free found->values in either case. */
int budget_find_births(const struct budget_rule *rule, const struct run *r,
		       struct budget_births *found);
