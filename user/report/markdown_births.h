/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_REPORT_MARKDOWN_BIRTHS_H
#define SPAWNSCOPE_REPORT_MARKDOWN_BIRTHS_H

#include "user/report/report.h"

/* The births of a run in Markdown: a table of at most `most` rows, and the key of its letters. */
void markdown_births(const struct report_run *r, size_t most, FILE *out);

#endif
