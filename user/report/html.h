/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parts of the page that views share: tables, charts, folded data. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "user/report/report.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

/* Tables. */
void html_table(FILE *out, const char *caption); /* escaped; a region that can be scrolled */
/* Of `count` columns the first `words` hold words, the others numbers. */
void html_head(FILE *out, const char *const *names, size_t count, size_t words);
void html_row(FILE *out);
void html_label(FILE *out, const char *text); /* heads its row */
void html_words(FILE *out, const char *text);
void html_number(FILE *out, const char *text); /* text of user/text/numbers.h: not escaped */
void html_table_end(FILE *out);

/* A view's chart, which its script draws. */
void html_chart(FILE *out, const char *id);

/* One run's data as tables, folded, with `what` as its summary. */
void html_data(FILE *out, const struct report *p, size_t run, const char *what);
void html_data_end(FILE *out);
