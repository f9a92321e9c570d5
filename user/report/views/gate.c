// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The gate's verdicts: each metric's change with its interval, and the margin. */
#include <math.h>
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

static void write_verdict(const struct report *p, size_t i, FILE *out)
{
	struct answer verdict;
	size_t same, differ;

	verdict_answer(p->verdicts[i], p->verdict_paths[i], &verdict);
	count_exact(p->verdicts[i], &same, &differ);
	fputs("<h3>", out);
	html_text(out, p->verdict_paths[i]);
	fputs(": ", out);
	html_text(out, verdict.figure);
	fputs("</h3>\n<p>", out);
	html_text(out, verdict.detail);
	if (same + differ)
		fprintf(out, " Exact: %zu the same on both sides, %zu not.", same, differ);
	fputs("</p>\n<details open><summary>The metrics as a table</summary>\n", out);
	verdict_table(p->verdicts[i], out);
	html_data_end(out);
}

static void write(const struct report *p, FILE *out)
{
	fputs("<p>Each mark is the change from A to B, with its 95 % interval if it is an "
	      "estimate. "
	      "A time is slower if its interval lies above the margin, and passes if it lies "
	      "below; an interval across the margin leaves it open. Exact values need no "
	      "interval.</p>\n",
	      out);
	html_chart(out, "gate");
	for (size_t i = 0; i < p->verdict_count; i++)
		write_verdict(p, i, out);
}

static json_t *row_data(const json_t *metric)
{
	struct verdict_row row;

	verdict_row_read(metric, &row);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o*, s:o*, s:o*}", "cell",
			 json__text(row.cell), "metric", json__text(row.metric), "kind",
			 json__text(row.kind), "verdict",
			 json__text(row.improved ? "improved" : row.verdict), "a",
			 json__text(row.a), "b", json__text(row.b), "change",
			 json__number(row.change), "note", json__text(row.note), "low",
			 row.has_interval ? json__number(row.low) : NULL, "high",
			 row.has_interval ? json__number(row.high) : NULL, "interval",
			 row.has_interval ? json__text(row.interval) : NULL);
}

static json_t *verdict_data(const struct report *p, size_t i)
{
	const json_t *rows[VERDICT_ROWS_MAX];
	size_t k, n = verdict_rows(p->verdicts[i], rows);
	json_t *metrics = json_array();

	for (k = 0; k < n; k++)
		metrics = json__push(metrics, row_data(rows[k]));
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
