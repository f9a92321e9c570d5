// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The gate's verdicts: each metric's change with its interval, and the margin. */
#include <stdlib.h>
#include <string.h>

#include "user/report/html.h"
#include "user/report/verdict.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

/* How many exact counts are the same on both sides, and how many are not. */
static void count_exact(const json_t *verdict, size_t *same, size_t *differ)
{
	const json_t *metrics = json_object_get(verdict, "metrics");
	struct verdict_row row;

	*same = *differ = 0;
	for (size_t i = 0; i < json_array_size(metrics); i++) {
		verdict_row_read(json_array_get(metrics, i), &row);
		if (strcmp(row.kind, "exact"))
			continue;
		if (!strcmp(row.a, row.b) && row.change == 0)
			++*same;
		else
			++*differ;
	}
}

/* The verdict as a card: one that decides nothing looks other than one that failed. */
static void write_card(const struct answer *a, FILE *out)
{
	fprintf(out, "<dl class=\"answers\">\n<div class=\"answer%s%s\"><dt>",
		a->warning ? " warning" : "", strcmp(a->figure, "inconclusive") ? "" : " open");
	html_text(out, a->question);
	fputs("</dt><dd><strong>", out);
	html_text(out, a->figure);
	fputs("</strong> <span>", out);
	html_text(out, a->detail);
	fputs("</span></dd></div>\n</dl>\n", out);
}

static size_t rows_in(const struct verdict_group *groups, size_t n)
{
	size_t rows = 0;

	for (size_t i = 0; i < n; i++)
		rows += groups[i].rows;
	return rows;
}

/* 0 or -ENOMEM. */
static int write_groups(const json_t *verdict, FILE *out)
{
	struct verdict_group *groups;
	int n = verdict_groups(verdict, &groups);
	size_t count = n < 0 ? 0 : (size_t)n, shown;

	if (n < 0)
		return n;
	shown = verdict_groups_shown(groups, count);
	if (shown)
		verdict_group_table(groups, shown, "What the gate compared, the worst first", out);
	if (count > shown) {
		char text[96];

		snprintf(text, sizeof(text), "%zu more %s, of %zu in the table below",
			 count - shown, text_plural((int64_t)(count - shown), "row", "rows"),
			 rows_in(groups + shown, count - shown));
		html_fold(out, text, NULL);
		verdict_group_table(groups + shown, count - shown, "What else the gate compared",
				    out);
		html_fold_end(out);
	}
	free(groups);
	return 0;
}

static void write_verdict(const struct report *p, size_t i, FILE *out)
{
	size_t same, differ;

	if (p->verdict_count > 1) {
		fputs("<h3>", out);
		html_text(out, p->verdict_paths[i]);
		fputs("</h3>\n", out);
	}
	count_exact(p->verdicts[i], &same, &differ);
	if (same + differ)
		fprintf(out, "<p>Exact: %zu the same on both sides, %zu not.</p>\n", same, differ);
	write_groups(p->verdicts[i], out);
	html_fold(out, "Each metric of each cell", NULL);
	verdict_table(p->verdicts[i], out);
	html_fold_end(out);
	verdict_notes(p->verdicts[i], out);
}

static void write(const struct report *p, FILE *out)
{
	struct answer verdict;

	for (size_t i = 0; i < p->verdict_count; i++) {
		verdict_answer(p->verdicts[i], p->verdict_paths[i], &verdict);
		write_card(&verdict, out);
	}
	html_chart(out, "gate");
	fputs("<p class=\"note\">Each mark is the change from A to B, with its 95 % interval if it "
	      "is an estimate. A time is slower if its interval lies above the margin, and passes "
	      "if "
	      "it lies below; an interval across the margin leaves it open. Exact values need no "
	      "interval. Where pairs of runs give the change, B is A with that change.</p>\n",
	      out);
	for (size_t i = 0; i < p->verdict_count; i++)
		write_verdict(p, i, out);
}

static json_t *row_data(const struct verdict_group *group)
{
	struct verdict_row row;

	verdict_row_read(group->worst, &row);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o*, s:o*, s:o*}",
			 "cell", json__text(row.cell), "metric", json__text(row.metric), "set",
			 json__text(row.pass), "kind", json__text(row.kind), "verdict",
			 json__text(row.improved ? "improved" : row.verdict), "a",
			 json__text(row.a), "b", json__text(row.b), "change",
			 json__number(row.change), "note", json__text(row.note), "cells",
			 (json_int_t)group->rows, "low",
			 row.has_interval ? json__number(row.low) : NULL, "high",
			 row.has_interval ? json__number(row.high) : NULL, "interval",
			 row.has_interval ? json__text(row.interval) : NULL);
}

/* The rows that the table shows first. */
static json_t *verdict_data(const struct report *p, size_t i)
{
	struct verdict_group *groups;
	int n = verdict_groups(p->verdicts[i], &groups);
	json_t *metrics = n < 0 ? NULL : json_array();
	size_t shown = n < 0 ? 0 : verdict_groups_shown(groups, (size_t)n);

	for (size_t k = 0; k < shown; k++)
		metrics = json__push(metrics, row_data(&groups[k]));
	if (n >= 0)
		free(groups);
	return json_pack("{s:o, s:o, s:o}", "name", json__text(p->verdict_paths[i]), "margin",
			 json__number(verdict_margin(p->verdicts[i])), "metrics", metrics);
}

static json_t *data(const struct report *p)
{
	json_t *verdicts = json_array();

	for (size_t i = 0; i < p->verdict_count; i++)
		verdicts = json__push(verdicts, verdict_data(p, i));
	return p->verdict_count ? verdicts : json__discard(verdicts);
}

const struct view view_gate = {
	.id = "gate",
	.title = "What the gate found",
	.of_all = true,
	.data = data,
	.write = write,
};
