/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Each birth over time, or where there are too many to see, how many calls took how long. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "user/report/report.h"

/* Births of a run that are drawn one by one. */
#define BIRTHS_SINGLE 200

/*
 * {"single": births in order, as [from, call, life, group, program]} in ns from the first birth;
 * the group's number is -1 beyond all. Or {"heat": cells, as [bin, row, calls]}; a row begins at
 * 10^(row / 5) ns. NULL: out of memory.
 */
json_t *births_time_data(const struct report_run *r);

/* The same as a table. */
void births_time_write(const struct report_run *r, FILE *out);
