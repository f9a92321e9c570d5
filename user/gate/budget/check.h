/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checks a run against a budget. */
#pragma once

#include "user/gate/budget/budget.h"

/* 0 or -ENOMEM; the result is in the report, which is overwritten. */
int budget_check(const struct budget *b, const struct run *r, struct gate_report *report);
