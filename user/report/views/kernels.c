// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Kernels in the lab: how many instructions each phase takes, from release to release. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/report/html.h"
#include "user/report/measure.h"
#include "user/report/row_json.h"
#include "user/report/views/kernels.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

static const char *kernel(const struct report_run *r)
{
	const struct fact *fact = run__env(r->run, "kernel_release");

	return fact && fact->text ? fact->text : "";
}

static int by_version(const void *left, const void *right)
{
	const struct report_run *const *a = left, *const *b = right;
	int order = strverscmp(kernel(*a), kernel(*b));

	return order ? order : (*a > *b) - (*a < *b);
}

/* The report's runs from the lab that count as its first one does, from the oldest kernel to the
 * newest. */
struct order {
	const struct report_run **v;
	size_t n;
};

/* 0 or -ENOMEM. */
static int order__of(const struct report *p, struct order *o)
{
	*o = (struct order){.v = calloc(p->count + 1, sizeof(*o->v))};
	if (!o->v)
		return -ENOMEM;
	for (size_t i = 0; i < p->count; i++) {
		const struct report_run *r = &p->runs[i];

		if (r->instructions && r->rows.n > 0 &&
		    (!o->n || run__same_unit(o->v[0]->run, r->run)))
			o->v[o->n++] = &p->runs[i];
	}
	qsort((void *)o->v, o->n, sizeof(*o->v), by_version);
	return 0;
}

static void order__free(struct order *o)
{
	free((void *)o->v);
}

static bool has_several_kernels(const struct order *o)
{
	return o->n > 0 && strcmp(kernel(o->v[0]), kernel(o->v[o->n - 1]));
}

/* The k-th row of run `i`; NULL if a run before has the same cell: each is listed once. */
static const struct row *new_row(const struct order *o, size_t i, size_t k)
{
	const struct row *row = &o->v[i]->rows.v[k];

	for (size_t before = 0; before < i; before++) {
		if (rows__find(&o->v[before]->rows, row->cell))
			return NULL;
	}
	return row;
}

/* The lines of the table: a phase, or one of these. */
enum {
	LINE_OFF_CPU = PHASE_COUNT,
	LINE_UNATTRIBUTED,
	LINE_WHOLE,
	LINE_STARTED,
	LINE_TOTAL,
	LINE_BILL,
	LINE_COUNT
};

static const char *line_name(int line)
{
	switch (line) {
	case LINE_OFF_CPU:
		return "off the CPU: the child ran first";
	case LINE_UNATTRIBUTED:
		return "unattributed";
	case LINE_WHOLE:
		return "whole call";
	case LINE_STARTED:
		return "started";
	case LINE_TOTAL:
		return "total";
	case LINE_BILL:
		return "bill";
	default:
		return phase_name(line);
	}
}

/* In the row of run `i` that is like this one. */
static double line_value(const struct order *o, size_t i, const struct row *like, int line,
			 bool *starred)
{
	const struct rows *rows = &o->v[i]->rows;
	const struct row *row = rows__find(rows, like->cell);
	const struct cell *c;
	struct off_cpu off;

	*starred = false;
	if (!row)
		return NAN;
	if (line == LINE_WHOLE)
		return row->call.median;
	if (line == LINE_STARTED)
		return row->started.median;
	if (line == LINE_TOTAL)
		return row->total.median;
	if (line == LINE_BILL) {
		c = row__bill(row);
		*starred = c && c != row->cell;
		return c ? stats_median(&c->bill) : NAN;
	}
	if (line == LINE_OFF_CPU || line == LINE_UNATTRIBUTED) {
		if (row__off_cpu(rows, row, &off))
			return NAN;
		return line == LINE_OFF_CPU ? off.ns : off.rest;
	}
	c = row__phase(row, line, starred);
	return c ? stats_median(&c->phases[line]) : NAN;
}

static void write_line(FILE *out, const struct order *o, const struct row *like, int line)
{
	double before = NAN;
	char shown[NUMBER_MAX + 1];
	bool any = false, starred;

	for (size_t i = 0; i < o->n; i++)
		any = any || isfinite(line_value(o, i, like, line, &starred));
	if (!any)
		return;
	html_row(out, like->parent, like->method, line_name(line), NULL);
	for (size_t i = 0; i < o->n; i++) {
		double value = line_value(o, i, like, line, &starred);

		snprintf(shown, sizeof(shown), "%s%s", starred ? "*" : "", text_count(value).text);
		html_number(out, shown);
		if (i)
			html_number(out, text_change(before, value).text);
		if (isfinite(value))
			before = value;
	}
}

static void write_table(FILE *out, const struct order *o)
{
	html_table_begin(out, "Instructions by kernel", 3);
	html_column(out, false, "Parent");
	html_column(out, true, "Method");
	html_column(out, true, "Phase");
	for (size_t i = 0; i < o->n; i++) {
		html_column(out, false, kernel(o->v[i]));
		if (i)
			html_column(out, false, "change");
	}
	html_head_end(out);
	for (size_t i = 0; i < o->n; i++) {
		for (size_t k = 0; k < o->v[i]->rows.n; k++) {
			const struct row *row = new_row(o, i, k);

			for (int line = 0; row && line < LINE_COUNT; line++)
				write_line(out, o, row, line);
		}
	}
	html_table_end(out);
}

static void write(const struct report *p, FILE *out)
{
	struct order o;

	if (order__of(p, &o) != 0)
		return;
	fputs("<p>Instructions of each phase, from kernel to kernel: medians, which are the same "
	      "to "
	      "the last digit on any machine. The change is from the previous measured "
	      "kernel.</p>\n",
	      out);
	html_chart(out, "kernels");
	html_fold(out, "The data as a table", NULL);
	write_table(out, &o);
	measure_write_absent(p->runs, p->count, out);
	fputs("<p class=\"note\">*: from the few samples with all probes attached, whose cost is "
	      "in "
	      "these numbers.</p>\n",
	      out);
	html_fold_end(out);
	order__free(&o);
}

/* The row's index in each run of the view `phases`. */
static json_t *places(const struct order *o, const struct row *like)
{
	json_t *array = json_array();

	for (size_t i = 0; i < o->n; i++) {
		const struct row *row = rows__find(&o->v[i]->rows, like->cell);

		array = json__push(array, row ? json_integer(row - o->v[i]->rows.v) : json_null());
	}
	return array;
}

static json_t *order_data(const struct report *p, const struct order *o)
{
	json_t *order = json_array(), *cells = json_array();

	for (size_t i = 0; i < o->n; i++) {
		order = json__push(order,
				   json_pack("{s:I, s:o}", "run", (json_int_t)(o->v[i] - p->runs),
					     "kernel", json__text(kernel(o->v[i]))));
		for (size_t k = 0; k < o->v[i]->rows.n; k++) {
			const struct row *row = new_row(o, i, k);

			if (row)
				cells = json__push(cells, json__put(row_json_place(p, row),
								    "places", places(o, row)));
		}
	}
	return json_pack("{s:o, s:o}", "order", order, "cells", cells);
}

static json_t *data(const struct report *p)
{
	struct order o;
	json_t *object;

	if (order__of(p, &o) != 0)
		return NULL;
	object = has_several_kernels(&o) ? order_data(p, &o) : json_null();
	order__free(&o);
	return object;
}

bool kernels_shown(const struct report *p)
{
	struct order o;
	bool shown = !order__of(p, &o) && has_several_kernels(&o);

	order__free(&o);
	return shown;
}

const struct view view_kernels = {
	.id = "kernels",
	.title = "From kernel to kernel",
	.data = data,
	.write = write,
};
