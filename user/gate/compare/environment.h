/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which runs may be compared: the facts of their environments. */
#pragma once

#include "user/gate/compare/policy.h"
#include "user/gate/compare/verdict.h"
#include "user/model/run.h"

/*
 * Compares the environments of all runs with the first one's and adds the differences to the
 * report. Sets *time_ok and *counts_ok: whether times and whether counts may be compared.
 */
void gate_environment(const struct run *const *runs, size_t count, const struct gate_policy *policy,
		      struct gate_report *report, bool *time_ok, bool *counts_ok);

/* Whether a difference can be declared by this name: a fact's, or a group's. */
bool gate_factor_known(const char *name);

/* The number that a run states for a fact; MISSING. */
int64_t gate_fact_number(const struct run *r, const char *name);

/* Adds a difference, escaped, unless one of that name is there. Out of memory, it is left out. */
void gate_difference_add(struct gate_report *report, const char *name, const char *a, const char *b,
			 bool declared);
