/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What page and Markdown say of anatomies. */
#pragma once

#include "user/analysis/calls/tree_diff.h"
#include "user/report/report.h"
#include "user/text/strbuf.h"

/* What a part of a birth is called there. */
const char *anatomy_part_title(enum call_part part);

/* Appends "fork from a parent of 64 MiB", as the tables of the run have it. Not escaped. */
void anatomy_add_label(const struct report_run *r, const struct call_tree *t, struct strbuf *text);

/* Appends what a birth takes, and which functions most of it. Not escaped. */
void anatomy_add_summary(const struct report_run *r, const struct call_tree *t,
			 struct strbuf *text);

/* One of the anatomies of a report, and another of the same cell. */
struct anatomy_pair {
	const struct report_run *from, *to;
	const struct call_tree *a, *b;
};

/*
 * The anatomy, if it is the first of its cell, and the last of that in a later run whose
 * instructions are counted by the same rule. False: there is no such.
 */
bool anatomy_find_pair(const struct report *p, size_t run, size_t tree, struct anatomy_pair *pair);

/* Whether both are of the same cell. */
bool anatomy_same_cell(const struct call_tree *a, const struct call_tree *b);

/* Appends what a birth takes more or less, and the functions that took most of that. Not escaped.
 */
void anatomy_add_change(const struct anatomy_pair *pair, const struct tree_diff *d,
			struct strbuf *text);

/* Appends "+4,870,000" */
void anatomy_add_exact(int64_t more, struct strbuf *text);

/* Appends what a function became, if only its place shows that; it is a guess. Not escaped. */
void anatomy_add_guess(const struct call_change *c, struct strbuf *text);
