/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Parts of the page that views share: tables, charts, folded data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "user/report/report.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

/*
 * Begins a table, a region that can be scrolled. Of the columns, whose names end with NULL, the
 * first `words` hold words, the others numbers.
 */
void html_table(FILE *out, const char *caption, size_t words, ...) __attribute__((sentinel));
/* The same in steps, for columns that depend on the runs; `words` are those of html_row(). */
void html_table_begin(FILE *out, const char *caption, size_t words);
void html_column(FILE *out, bool words, const char *name);
void html_head_end(FILE *out);

/* Begins a row with its label, then cells of words, which end with NULL: together as many as the
 * table has columns of words at its left. */
void html_row(FILE *out, const char *label, ...) __attribute__((sentinel));
void html_label(FILE *out, const char *text);
void html_words(FILE *out, const char *text);
void html_number(FILE *out, const char *text);
void html_table_end(FILE *out);

/* A view's chart, which its script draws. */
void html_chart(FILE *out, const char *id);

/*
 * Begins what is folded, with `what` as its summary, or "WHAT: OF". For the scripts it is one text
 * until someone wants to see it: a browser would take longer to make elements of many rows than to
 * draw the charts.
 */
void html_fold(FILE *out, const char *what, const char *of);
void html_fold_end(FILE *out);
/* The same of one run's data. */
void html_data(FILE *out, const struct report *p, size_t run, const char *what);
