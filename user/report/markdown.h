/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_REPORT_MARKDOWN_H
#define SPAWNSCOPE_REPORT_MARKDOWN_H

#include "user/report/report.h"

/* Of a run that has births: a table of at most so many rows, and what the letters in it mean. */
void markdown_births(const struct report_run *r, size_t most, FILE *out);

#endif
