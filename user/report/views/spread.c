// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The distribution of each cell: its quantiles, more of them in the tail, and the samples in order.
 */
#include <math.h>
#include <stdlib.h>

#include "user/analysis/quantiles.h"
#include "user/report/html.h"
#include "user/report/measure.h"
#include "user/report/row_json.h"
#include "user/report/views/views.h"
#include "user/text/json.h"

/* Limits that keep a page small: blocks of samples over all cells, and per cell. */
#define BLOCKS_IN_PAGE 16000
#define BLOCKS_MAX     240
#define BLOCKS_MIN     8

/* The values of a block; and how many single samples weigh as much as the quantiles, which a page
 * needs of blocks alone. */
#define BLOCK_VALUES	3
#define QUANTILES_WEIGH 25

/*
 * The quantiles that the page keeps of a distribution: closer together towards the tail, as far as
 * the samples reach. The maximum is kept as well.
 */
static const double kept[] = {
	0,	0.01,	 0.02,	  0.05,	   0.10,     0.15,     0.20,	 0.25,	 0.30,
	0.35,	0.40,	 0.45,	  0.50,	   0.55,     0.60,     0.65,	 0.70,	 0.75,
	0.80,	0.85,	 0.90,	  0.92,	   0.94,     0.95,     0.96,	 0.97,	 0.98,
	0.985,	0.99,	 0.9925,  0.995,   0.9975,   0.998,    0.999,	 0.9995, 0.9998,
	0.9999, 0.99995, 0.99998, 0.99999, 0.999995, 0.999998, 0.999999,
};

#define KEPT (sizeof(kept) / sizeof(kept[0]))

static bool is_reached(double q, size_t n)
{
	return (1 - q) * (double)n >= 1 - 1e-9;
}

/* What the table shows, where enough samples lie beyond it. */
static const struct {
	double q;
	const char *name;
} columns[] = {
	{0, "Min"},    {0.01, "p1"},  {0.10, "p10"},	{0.50, "Median"},
	{0.90, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}, {1, "Max"},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static bool is_shown(double q, size_t n)
{
	double tail = q < 0.5 ? q : 1 - q;

	return n && (q == 0 || q == 0.5 || q == 1 || tail * (double)n >= 10 - 1e-9);
}

static void write_row(FILE *out, const struct report_run *r, const struct row *row, enum measure m,
		      size_t most)
{
	struct sorted s;

	if (!measure_applies(row, m) || row->call.n == 0 || sorted__of(&s, measure_series(row, m)))
		return;
	html_row(out, row->parent, row->method, measure_name(m), NULL);
	html_number(out, text_count((double)s.n).text);
	for (size_t i = 0; i < COLUMNS; i++) {
		double q = columns[i].q;

		if (is_shown(q, most))
			html_number(out, text_time(is_shown(q, s.n) ? sorted__quantile(&s, q) : NAN,
						   r->instructions)
						 .text);
	}
	sorted__free(&s);
}

/* Columns for which no row has enough samples are left out. */
static void write_table(FILE *out, const struct report_run *r)
{
	size_t most = 0;

	for (size_t k = 0; k < r->rows.n; k++) {
		for (enum measure m = 0; m < MEASURE_COUNT; m++) {
			size_t n = measure_spread(&r->rows.v[k], m)->n;

			if (n > most)
				most = n;
		}
	}
	html_table_begin(out, r->instructions ? "Distribution, instructions" : "Distribution", 3);
	html_column(out, true, "Parent");
	html_column(out, true, "Method");
	html_column(out, true, "Time");
	html_column(out, false, "Samples");
	for (size_t i = 0; i < COLUMNS; i++) {
		if (is_shown(columns[i].q, most))
			html_column(out, false, columns[i].name);
	}
	html_head_end(out);
	for (size_t k = 0; k < r->rows.n; k++) {
		for (enum measure m = 0; m < MEASURE_COUNT; m++)
			write_row(out, r, &r->rows.v[k], m, most);
	}
	html_table_end(out);
}

static size_t all_series(const struct report *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->count; i++) {
		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			for (enum measure m = 0; m < MEASURE_COUNT; m++)
				count += measure_applies(&p->runs[i].rows.v[k], m);
		}
	}
	return count;
}

static size_t blocks_for(const struct report *p)
{
	size_t n = all_series(p), blocks = n ? BLOCKS_IN_PAGE / n : BLOCKS_MAX;

	if (blocks > BLOCKS_MAX)
		return BLOCKS_MAX;
	return blocks < BLOCKS_MIN ? BLOCKS_MIN : blocks;
}

/* Of so many samples the page keeps each; of more, blocks. */
static size_t singles_for(size_t blocks)
{
	return blocks * BLOCK_VALUES + QUANTILES_WEIGH;
}

static void write(const struct report *p, FILE *out)
{
	fprintf(out,
		"<p>Share of calls slower than a time: the tail is at the lower "
		"right. Of methods that exec it is that of the calls whose program ran later, or "
		"that of the calls themselves. "
		"Beside it are the samples in the order in which they were taken, which shows "
		"drift "
		"and several modes. The page keeps at most %zu quantiles of a distribution, closer "
		"together towards the tail, with the exact minimum and maximum. Of more than %zu "
		"samples it keeps blocks of consecutive samples, each with its minimum, median and "
		"maximum.</p>\n",
		KEPT + 1, singles_for(blocks_for(p)));
	html_chart(out, "spread");
	for (size_t i = 0; i < p->count; i++) {
		html_data(out, p, i, "The data as a table");
		write_table(out, &p->runs[i]);
		measure_write_absent(&p->runs[i], 1, out);
		html_fold_end(out);
	}
}

/* A value as its distance from another one, which takes fewer digits; null if it is missing. */
static json_t *distance(double value, double from)
{
	return json__number(isnan(value) ? NAN : llround(value) - from);
}

/* The quantiles `kept` as far as the samples reach, and the maximum: each from the one before, and
 * the first from the least. */
static json_t *quantiles(const struct sorted *s)
{
	double before = sorted__quantile(s, 0);
	json_t *array = json_array();

	for (size_t i = 0; i <= KEPT; i++) {
		bool end = i == KEPT || !is_reached(kept[i], s->n);
		double value = llround(sorted__quantile(s, end ? 1 : kept[i]));

		array = json__push(array, distance(value, before));
		before = value;
		if (end)
			break;
	}
	return array;
}

/* Pushes minimum, median and maximum of `n` samples from `start` on, from the least of all. */
static json_t *push_block(json_t *array, const struct series *series, size_t start, size_t n,
			  double least)
{
	struct series part = {.v = series->v + start, .n = n};
	struct sorted s;

	if (sorted__of(&s, &part)) {
		json_decref(array);
		return NULL;
	}
	for (int i = 0; i < BLOCK_VALUES; i++)
		array = json__push(array,
				   distance(s.n ? sorted__quantile(&s, i * 0.5) : NAN, least));
	sorted__free(&s);
	return array;
}

/* Every sample, or three values per block of `per` samples, from the least of all. */
static json_t *in_order(const struct series *series, size_t per, double least)
{
	json_t *array = json_array();

	for (size_t i = 0; i < series->n; i += per) {
		if (per == 1)
			array = json__push(array, series->v[i] == MISSING
							  ? json_null()
							  : distance((double)series->v[i], least));
		else
			array = push_block(array, series, i,
					   i + per <= series->n ? per : series->n - i, least);
	}
	return array;
}

static json_t *measure_data(const struct row *row, enum measure m, size_t blocks)
{
	const struct series *series = measure_series(row, m);
	size_t per = series->n <= singles_for(blocks) ? 1 : (series->n + blocks - 1) / blocks;
	json_t *object;
	struct sorted s;
	double least;

	if (sorted__of(&s, series))
		return NULL;
	least = sorted__quantile(&s, 0);
	object = json_pack("{s:I, s:o, s:o}", "n", (json_int_t)s.n, "least", json__number(least),
			   "order", in_order(series, per, least));
	/* Of single samples the script computes them. */
	if (per > 1) {
		object = json__put(object, "quantiles", quantiles(&s));
		object = json__put(object, "per", json_integer((json_int_t)per));
	}
	sorted__free(&s);
	return object;
}

static json_t *row_data(const struct report *p, const struct row *row, size_t blocks)
{
	json_t *object = row_json_place(p, row);

	for (enum measure m = 0; m < MEASURE_COUNT; m++) {
		if (measure_applies(row, m) && measure_spread(row, m)->n)
			object = json__put(object, measure_name(m), measure_data(row, m, blocks));
	}
	return object;
}

static json_t *data(const struct report *p)
{
	json_t *runs = json_array(), *places = json_array();
	size_t i, k, blocks = blocks_for(p), any = 0;

	for (i = 0; i < KEPT; i++)
		places = json__push(places, json__number(kept[i]));
	for (i = 0; i < p->count; i++) {
		json_t *rows = json_array();

		for (k = 0; k < p->runs[i].rows.n; k++) {
			if (p->runs[i].rows.v[k].call.n == 0)
				continue;
			any++;
			rows = json__push(rows, row_data(p, &p->runs[i].rows.v[k], blocks));
		}
		runs = json__push(runs, rows);
	}
	runs = json_pack("{s:o, s:o}", "kept", places, "runs", runs);
	return any ? runs : json__discard(runs);
}

const struct view view_spread = {
	.id = "spread",
	.title = "How far samples spread",
	.data = data,
	.write = write,
};
