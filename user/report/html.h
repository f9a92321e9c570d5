/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text and numbers as a page has them. Text that comes from a run or a command line goes through
 * html_text() or markdown_text(): nothing else writes it. The same in every locale.
 */
#ifndef SPAWNSCOPE_REPORT_TEXT_H
#define SPAWNSCOPE_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "user/report/report.h"

#define NUMBER_MAX 48

/*
 * Writes text that others chose so that it shows as what it is: markup is escaped; control
 * characters, malformed UTF-8 and what reorders text become \xHH, a byte each.
 */
void html_text(FILE *out, const char *text);
/* The same for Markdown, in one line, at most `width` bytes and then "...". */
void markdown_text(FILE *out, const char *text, size_t width);
/* A copy in which what is hidden or malformed is \xHH, as above. NULL: out of memory. */
char *plain_copy(const char *text);
/* The first `width` bytes of it at most, in whole characters, and "..." if it goes on. buf has
 * `width` + 4 bytes. Returns buf. */
const char *text_cut(const char *text, size_t width, char *buf);

/* "32.7 µs"; of instructions "173 k"; "-" for NAN. Returns buf. */
const char *time_text(double ns, bool instructions, char buf[NUMBER_MAX]);
/* The same with the unit of instructions named: "173 k instructions". */
const char *time_words(double ns, bool instructions, char buf[NUMBER_MAX]);
/* "64 MiB", "1 GiB". */
const char *bytes_text(int64_t bytes, char buf[NUMBER_MAX]);
/* Digits in groups: "173,301"; one decimal if it has any; "-" for NAN. */
const char *count_text(double number, char buf[NUMBER_MAX]);
/* From a to b: "+1.6 %", "x12.3" from ten times on; "-" if it is not known. */
const char *change_text(double a, double b, char buf[NUMBER_MAX]);

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
