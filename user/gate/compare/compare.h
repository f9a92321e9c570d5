/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Compares two sets of runs. results/README.md says what is compared, and why. */
#pragma once

#include "user/gate/compare/policy.h"
#include "user/gate/compare/verdict.h"
#include "user/model/run.h"

/*
 * Compares two sets, each of at least one run. 0, -ENOMEM, or -E2BIG for more than GATE_PAIRS_MAX
 * pairs; "not comparable" is a verdict, no error. Overwrites the report; free it with
 * gate_report__free.
 */
int gate_compare(const struct run *a, size_t count_a, const struct run *b, size_t count_b,
		 const struct gate_policy *policy, struct gate_report *report);
