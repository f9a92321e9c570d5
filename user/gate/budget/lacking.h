/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the samples of a bench's cell lack, so that no rule passes for the rest of them. */
#pragma once

#include "user/gate/budget/budget.h"

/* Samples without the metric though their call did not fail. 0 if the cell does not have it. */
size_t budget_count_nulls(const struct metric *m, const struct cell *c);

size_t budget_count_failed(const struct cell *c);

/*
 * Why the cell has no sample with the metric: it was skipped, broke off, or all its calls failed.
 * False, and "": it has one, or it is of a method that never has the metric.
 */
bool budget_why_none(const struct metric *m, const struct cell *c, char *text, size_t size);

/* "29 of 30 calls failed: EAGAIN"; "": none. */
void budget_describe_failed(const struct cell *c, char *text, size_t size);
