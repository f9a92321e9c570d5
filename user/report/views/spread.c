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

static void write_row(FILE *out, const struct report_run *r, const struct row *row, enum measure m)
{
	static const double shown[] = {0, 0.01, 0.10, 0.50, 0.90, 0.99, 0.999};
	struct sorted s;

	if (!measure_applies(row, m) || row->call.n == 0 || sorted__of(&s, measure_series(row, m)))
		return;
	html_row(out, row->parent, row->method, measure_name(m), NULL);
	html_number(out, text_count((double)s.n).text);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		double q = shown[i], tail = q < 0.5 ? q : 1 - q;
		bool known = s.n && (q == 0 || q == 0.5 || tail * (double)s.n >= 10 - 1e-9);

		html_number(out,
			    text_time(known ? sorted__quantile(&s, q) : NAN, r->instructions).text);
	}
	html_number(out, text_time(s.n ? sorted__quantile(&s, 1) : NAN, r->instructions).text);
	sorted__free(&s);
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
		KEPT + 1, blocks_for(p));
	html_chart(out, "spread");
	for (size_t i = 0; i < p->count; i++) {
		html_data(out, p, i, "The data as a table");
		html_table(out,
			   p->runs[i].instructions ? "Distribution, instructions" : "Distribution",
			   3, "Parent", "Method", "Time", "Samples", "Min", "p1", "p10", "Median",
			   "p90", "p99", "p99.9", "Max", NULL);
		for (size_t k = 0; k < p->runs[i].rows.n; k++) {
			for (enum measure m = 0; m < MEASURE_COUNT; m++)
				write_row(out, &p->runs[i], &p->runs[i].rows.v[k], m);
		}
		html_table_end(out);
		measure_write_absent(&p->runs[i], 1, out);
		html_data_end(out);
	}
}

/* The quantiles `kept` as far as the samples reach, and the maximum. */
static json_t *quantiles(const struct series *series)
{
	json_t *array = json_array();
	struct sorted s;

	if (sorted__of(&s, series)) {
		json_decref(array);
		return NULL;
	}
	for (size_t i = 0; i < KEPT && is_reached(kept[i], s.n); i++)
		array = json__push(
			array, json_integer((json_int_t)llround(sorted__quantile(&s, kept[i]))));
	array = json__push(array, json__number(sorted__quantile(&s, 1)));
	sorted__free(&s);
	return array;
}

/* Pushes minimum, median and maximum of `n` samples from `start` on. */
static json_t *push_block(json_t *array, const struct series *series, size_t start, size_t n)
{
	struct series part = {.v = series->v + start, .n = n};
	struct sorted s;

	if (sorted__of(&s, &part)) {
		json_decref(array);
		return NULL;
	}
	array = json__push(array, json__number(sorted__quantile(&s, 0)));
	array = json__push(array, s.n ? json_integer((json_int_t)llround(sorted__quantile(&s, 0.5)))
				      : json_null());
	array = json__push(array, json__number(sorted__quantile(&s, 1)));
	sorted__free(&s);
	return array;
}

/* Every sample, or three values per block of `*per` samples. */
static json_t *in_order(const struct series *series, size_t blocks, size_t *per)
{
	json_t *array = json_array();

	*per = series->n <= blocks ? 1 : (series->n + blocks - 1) / blocks;
	for (size_t i = 0; i < series->n && *per == 1; i++)
		array = json__push(array, series->v[i] == MISSING
						  ? json_null()
						  : json_integer((json_int_t)series->v[i]));
	for (size_t i = 0; i<series->n && * per> 1; i += *per)
		array = push_block(array, series, i, i + *per <= series->n ? *per : series->n - i);
	return array;
}

static json_t *measure_data(const struct row *row, enum measure m, size_t blocks)
{
	const struct series *series = measure_series(row, m);
	size_t n = measure_spread(row, m)->n, per;
	json_t *object = json_object();

	object = json__put(object, "n", json_integer((json_int_t)n));
	object = json__put(object, "order", in_order(series, blocks, &per));
	/* Of single samples the script computes them. */
	if (per == 1)
		return object;
	object = json__put(object, "quantiles", quantiles(series));
	return json__put(object, "per", json_integer((json_int_t)per));
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
