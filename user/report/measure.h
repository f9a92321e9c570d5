/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The times of a row that views show side by side: the call, and of methods that exec, when the
 * program runs. A call returns before or after that, so it never stands alone.
 */
#pragma once

#include <stdio.h>

#include "user/report/report.h"

enum measure { MEASURE_started, MEASURE_call, MEASURE_COUNT };

const char *measure_name(enum measure m); /* "started", also in the data block */
const struct spread *measure_spread(const struct row *row, enum measure m);
const struct series *measure_series(const struct row *row, enum measure m);

/* Whether the row has such a time, known or not: without exec no program starts. */
bool measure_applies(const struct row *row, enum measure m);

/* Whether any row of the run execs: tables have a column "Started" then. */
bool measure_any_started(const struct report_run *r);

/* Whether it execs, and when the program runs is not known. */
bool measure_lacks_started(const struct row *row);

/* Writes why a row of these runs has no `started`; nothing if all that exec have it. */
void measure_write_absent(const struct report_run *runs, size_t count, FILE *out);
