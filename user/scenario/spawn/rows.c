// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/spawn/rows.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/observation.h"
#include "user/scenario/print.h"
#include "user/text/layout.h"
#include "user/text/strbuf.h"

#define ABSENT_SHOWN 8 /* the summary fits a screen */
#define VALUES_LEAST 6 /* of fewer, their range has less than 95 % */

/* How many values to leave out at each end: P(X < n) <= 2.5 % for X of a binomial (count, 1/2). */
static size_t rank_of(size_t count)
{
	double p = pow(0.5, (double)count), sum = p;
	size_t n = 0;

	while (sum <= 0.025) {
		p *= (double)(count - n) / (double)(n + 1);
		sum += p;
		n++;
	}
	return n ? n - 1 : 0;
}

struct middle middle_of(const struct run *r, const char *name, const char *key)
{
	const struct observation *o = run__observation(r, name, key);
	struct middle m = {NAN, NAN, NAN};
	size_t count = o ? stats_count(&o->values) : 0;

	if (!count)
		return m;
	m.median = stats_median(&o->values);
	/* 2^-1000 is still a number. */
	if (count >= VALUES_LEAST && count <= 1000) {
		double end = (double)rank_of(count) / (double)(count - 1);

		m.low = stats_quantile(&o->values, end);
		m.high = stats_quantile(&o->values, 1 - end);
	}
	return m;
}

struct number middle_text(struct middle m)
{
	return text_time_range(m.median, m.low, m.high, false);
}

void rows_add_time(struct columns *c, struct middle m)
{
	columns__add_time(c, m.median, CLOCK_OF_MACHINE);
}

void rows_add_spread(struct columns *c, struct middle m)
{
	double side = fmax(m.high - m.median, m.median - m.low);

	columns__add(c, "%s", isnan(side) ? "-" : text_ratio(100 * side / m.median).text);
}

void rows_head_calls(struct columns *c, const char *what)
{
	columns__head(c, COLUMNS_RIGHT, what, "STALL", "+-%", "FIRST", "TOTAL", "+-%", NULL);
}

void rows_add_calls(struct columns *c, const struct run *r, const char *key)
{
	columns__add_number(c, print_number(r, "total", key));
	rows_add_time(c, middle_of(r, "stall", key));
	rows_add_spread(c, middle_of(r, "stall", key));
	rows_add_time(c, middle_of(r, "first", key));
	rows_add_time(c, middle_of(r, "total", key));
	rows_add_spread(c, middle_of(r, "total", key));
}

bool rows_has(const struct run *r, const char *key)
{
	return !isnan(middle_of(r, "total", key).median);
}

static size_t extreme(const struct run *r, const char *name, const char *const *keys, size_t count,
		      double sign)
{
	double best = INFINITY;
	size_t at = count;

	for (size_t i = 0; i < count; i++) {
		double value = sign * middle_of(r, name, keys[i]).median;

		if (value < best) {
			best = value;
			at = i;
		}
	}
	return at;
}

static const char *way_of(const struct run *r, const char *name, const char *key)
{
	const char *way = observation__text(run__observation(r, name, key), "way");

	return way ? way : "-";
}

void rows_print_extremes(const struct run *r, FILE *out, const char *question, const char *name,
			 const char *const *keys, size_t count)
{
	size_t least = extreme(r, name, keys, count, 1), most = extreme(r, name, keys, count, -1);
	struct middle a, b;

	if (least == count || most == least)
		return;
	a = middle_of(r, name, keys[least]);
	b = middle_of(r, name, keys[most]);
	if (!(a.high < b.low)) {
		layout_print(out, 2,
			     "%s %s with %s; the longest, %s with %s, is not clearly longer",
			     question, middle_text(a).text, way_of(r, name, keys[least]),
			     middle_text(b).text, way_of(r, name, keys[most]));
		return;
	}
	layout_print(out, 2, "%s %s with %s, %s with %s, %s times as long", question,
		     middle_text(a).text, way_of(r, name, keys[least]), middle_text(b).text,
		     way_of(r, name, keys[most]), text_ratio(b.median / a.median).text);
}

double rows_different(const struct run *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->observation_count; i++)
		if (!strcmp(r->observations[i].name, "different"))
			sum += stats_sum(&r->observations[i].values);
	return sum;
}

/* "ruby, default" */
static void add_key(struct strbuf *text, const struct observation *o)
{
	for (size_t k = 0; k < o->key_count; k++) {
		const struct fact *f = &o->key[k];

		if (f->text)
			strbuf__add(text, "%s%s", k ? ", " : "", f->text);
		else
			strbuf__add(text, "%s%s %" PRId64, k ? ", " : "", f->name, f->number);
	}
}

void rows_print_absent(const struct run *r, FILE *out)
{
	double different = rows_different(r);
	size_t count = 0;

	if (different > 0)
		layout_print(out, 2, "WRONG: %s %s from the first of their kind",
			     text_count(different).text,
			     text_plural((int64_t)different, "output differs", "outputs differ"));
	for (size_t i = 0; i < r->observation_count; i++) {
		const struct observation *o = &r->observations[i];
		struct strbuf key = {0};

		if (!o->absent || ++count > ABSENT_SHOWN)
			continue;
		add_key(&key, o);
		layout_print(out, 2, "Not measured: %s: %s", strbuf__text(&key), o->absent);
		strbuf__free(&key);
	}
	if (count > ABSENT_SHOWN)
		layout_print(out, 2, "Not measured, too: %zu more, which a result file (-o) has",
			     count - ABSENT_SHOWN);
}
