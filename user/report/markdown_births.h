/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/report/report.h"

/* The births of a run in Markdown: a table of at most `most` rows, and the key of its letters. */
void markdown_births(const struct report_run *r, size_t most, FILE *out);
