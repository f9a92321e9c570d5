/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A row's medians as tables of the page and of Markdown show them. */
#pragma once

#include "user/report/report.h"
#include "user/text/numbers.h"

/* What the row is judged by (row__judged()) has its interval: "57.8 µs (57.1 to 58.4)". */
struct number row_text_call(const struct row *row, bool instructions);
struct number row_text_started(const struct row *row, bool instructions);
/* So have the total and the ratio: "×1.93 (1.90 to 1.97)". */
struct number row_text_total(const struct row *row, bool instructions);
struct number row_text_ratio(const struct row *row);
/* With all probes; "-" if it is not known. */
struct number row_text_bill(const struct row *row, bool instructions);
