/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Kernels in the lab, phase by phase, where every instruction counts: what a release changed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/phase.h"
#include "user/report/json.h"
#include "user/report/text.h"
#include "user/report/views.h"
#include "user/stats.h"

static const char *kernel(const struct report_run *r)
{
	const struct env_fact *fact = run__env(r->run, "kernel_release");

	return fact && fact->text ? fact->text : "";
}

static int by_version(const void *left, const void *right)
{
	const struct report_run *const *a = left, *const *b = right;
	int order = strverscmp(kernel(*a), kernel(*b));

	return order ? order : (*a > *b) - (*a < *b);
}

/* The runs from the oldest kernel to the newest; NULL if out of memory. */
static const struct report_run **in_order(const struct report *p)
{
	const struct report_run **runs = calloc(p->count, sizeof(struct report_run *));
	size_t i;

	if (runs == NULL)
		return NULL;
	for (i = 0; i < p->count; i++)
		runs[i] = &p->runs[i];
	qsort((void *)runs, p->count, sizeof(struct report_run *), by_version);
	return runs;
}

/* All from the lab, and not all from the same kernel. */
static bool is_wanted(const struct report *p)
{
	bool several = false;
	size_t i;

	for (i = 0; i < p->count; i++) {
		if (!p->runs[i].instructions)
			return false;
		several = several || strcmp(kernel(&p->runs[0]), kernel(&p->runs[i])) != 0;
	}
	return several;
}

/* What a line of the table is about: a phase, or one of the two below. */
enum { LINE_UNATTRIBUTED = PHASE_COUNT, LINE_WHOLE, LINE_COUNT };

static const char *line_name(int line)
{
	switch (line) {
	case LINE_UNATTRIBUTED:
		return "unattributed";
	case LINE_WHOLE:
		return "whole call";
	default:
		return phase_name(line);
	}
}

static double line_value(const struct row *row, int line, bool *starred)
{
	const struct cell *c;

	*starred = false;
	if (row == NULL)
		return NAN;
	if (line == LINE_WHOLE)
		return row->call.median;
	if (line == LINE_UNATTRIBUTED)
		return stats_median(&row->cell->unattributed);
	c = row__phase(row, line, starred);
	return c ? stats_median(&c->phases[line]) : NAN;
}

static void write_line(FILE *out, const struct report_run *const *runs, size_t count,
		       const struct row *like, int line)
{
	double before = NAN;
	char text[NUMBER_MAX], shown[NUMBER_MAX + 1];
	bool any = false, starred;
	size_t i;

	for (i = 0; i < count; i++)
		any = any ||
		      isfinite(line_value(report_run__find(runs[i], like->cell), line, &starred));
	if (!any)
		return;
	html_row(out);
	html_label(out, like->parent);
	html_words(out, like->method);
	html_words(out, line_name(line));
	for (i = 0; i < count; i++) {
		double value = line_value(report_run__find(runs[i], like->cell), line, &starred);

		snprintf(shown, sizeof(shown), "%s%s", starred ? "*" : "", count_text(value, text));
		html_number(out, shown);
		if (i)
			html_number(out, change_text(before, value, text));
		before = value;
	}
	fputs("</tr>", out);
}

static void write(const struct report *p, FILE *out)
{
	const struct report_run **runs = in_order(p);
	size_t i, k;
	int line;

	if (runs == NULL)
		return;
	fputs("<p>Instructions of each phase, from kernel to kernel: medians, to the last digit "
	      "the "
	      "same wherever they are counted. The change is the one from the kernel before.</p>\n",
	      out);
	html_chart(out, "kernels");
	fputs("<details><summary>The data as a table</summary>\n", out);
	html_table(out, "Instructions by kernel");
	fputs("<thead><tr><th scope=\"col\">Parent</th><th scope=\"col\" class=\"words\">Method"
	      "</th><th scope=\"col\" class=\"words\">Phase</th>",
	      out);
	for (i = 0; i < p->count; i++) {
		fputs("<th scope=\"col\">", out);
		html_text(out, kernel(runs[i]));
		fputs(i ? "</th><th scope=\"col\">change</th>" : "</th>", out);
	}
	fputs("</tr></thead>\n<tbody>", out);
	for (k = 0; k < runs[0]->count; k++) {
		for (line = 0; line < LINE_COUNT; line++)
			write_line(out, runs, p->count, &runs[0]->rows[k], line);
	}
	html_table_end(out);
	fputs("<p class=\"note\">*: from the few samples with all probes attached, whose cost is "
	      "in "
	      "these numbers.</p>\n",
	      out);
	html_data_end(out);
	free((void *)runs);
}

/* Where in the view `phases` each run has the row. */
static json_t *places(const struct report *p, const struct report_run *const *runs,
		      const struct row *like)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < p->count; i++) {
		const struct row *row = report_run__find(runs[i], like->cell);

		array = push(array, row ? json_integer(row - runs[i]->rows) : json_null());
	}
	return array;
}

static json_t *data(const struct report *p)
{
	const struct report_run **runs = is_wanted(p) ? in_order(p) : NULL;
	json_t *order = json_array(), *cells = json_array(), *object;
	size_t i;

	if (runs == NULL) {
		json_decref(order);
		json_decref(cells);
		return is_wanted(p) ? NULL : json_null();
	}
	for (i = 0; i < p->count; i++) {
		object = put(json_object(), "run", json_integer(runs[i] - p->runs));
		order = push(order, put(object, "kernel", json_text(kernel(runs[i]))));
	}
	for (i = 0; i < runs[0]->count; i++) {
		object = put(json_of_row(&runs[0]->rows[i]), "places",
			     places(p, runs, &runs[0]->rows[i]));
		cells = push(cells, object);
	}
	free((void *)runs);
	return put(put(json_object(), "order", order), "cells", cells);
}

const struct view view_kernels = {
	.id = "kernels",
	.title = "From kernel to kernel",
	.data = data,
	.write = write,
};
