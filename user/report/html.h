/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of the page that views share: tables, charts, folded data. */
#ifndef SPAWNSCOPE_REPORT_HTML_H
#define SPAWNSCOPE_REPORT_HTML_H

#include <stddef.h>
#include <stdio.h>

#include "user/report/report.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

/* Tables. A cell's column is a number's unless it is html_label()'s. */
void html_table(FILE *out, const char *caption); /* escaped; a region that can be scrolled */
/* Of `count` columns the first `words` hold words, the others numbers. */
void html_head(FILE *out, const char *const *names, size_t count, size_t words);
void html_row(FILE *out);
void html_label(FILE *out, const char *text); /* heads its row */
void html_words(FILE *out, const char *text);
void html_number(FILE *out, const char *text); /* one of those above */
void html_table_end(FILE *out);

/* What only scripts fill: a view's chart. */
void html_chart(FILE *out, const char *id);

/* The part of a view that is about one run: its data as tables, folded. */
void html_data(FILE *out, const struct report *p, size_t run, const char *what);
void html_data_end(FILE *out);

#endif
