// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/line.h"

#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/axis.h"

static void fit_add(struct fit *f, double x, double y)
{
	f->n++;
	f->x += x;
	f->y += y;
	f->xx += x * x;
	f->xy += x * y;
}

static double fit_slope(const struct fit *f)
{
	double n = (double)f->n, below = n * f->xx - f->x * f->x;

	return f->n >= 2 && below > 0 ? (n * f->xy - f->x * f->y) / below : NAN;
}

void fits__add(struct fits *f, double x, double y, const struct blocks *b)
{
	if (!isfinite(x) || !isfinite(y))
		return;
	f->blocks = f->all.n == 0 || f->blocks == b->n ? b->n : 0;
	fit_add(&f->all, x, y);
	for (size_t i = 0; i < f->blocks; i++)
		fit_add(&f->block[i], x, b->v[i]);
}

struct interval fits__slope(const struct fits *f)
{
	struct blocks b = {.n = f->blocks};

	for (size_t i = 0; i < b.n; i++)
		b.v[i] = fit_slope(&f->block[i]);
	return blocks__interval(&b, fit_slope(&f->all));
}

static int add_bill(struct fits *f, const struct rows *rows, const struct row *row, double x)
{
	const struct cell *billed = row__bill(row);
	struct blocks b;
	int err;

	if (!billed)
		return 0;
	err = blocks__medians(&b, rows->run, billed, &billed->bill);
	fits__add(f, x, stats_median(&billed->bill), &b);
	return err;
}

static int add_copy(struct fits *f, const struct rows *rows, const struct row *row)
{
	bool starred;
	const struct cell *counted = row__count(row, COUNT_ptes_copied);
	const struct cell *copied = row__phase(row, PHASE_copy_mm, &starred);
	const struct series *ns;
	struct blocks b;
	int err;

	if (!counted || !copied)
		return 0;
	ns = &copied->phases[PHASE_copy_mm];
	err = blocks__medians(&b, rows->run, copied, ns);
	fits__add(f, stats_median(&counted->counts[COUNT_ptes_copied]), stats_median(ns), &b);
	return err;
}

/* In units of the axis; NAN: not a number on it. */
static double place_on(const struct cell *c, const char *axis)
{
	const struct axis_words *words = axis_words(axis);
	int64_t number = cell__key_number(c, axis);

	return number == MISSING ? NAN : (double)number / (words ? words->step : 1);
}

int slopes__along(struct slopes *s, const struct rows *rows, size_t first,
		  const struct cell_index *lines)
{
	const char *axis = lines->except;
	const char *pages = cell__pages(rows->v[first].cell);
	bool copies = !strcmp(axis, "rss_bytes") && (!pages || !strcmp(pages, "4k"));
	struct fits call = {0}, started = {0}, total = {0}, bill = {0}, copy = {0};
	int err = 0;

	for (size_t i = first; i != CELL_NONE && !err; i = cell_index__next(lines, i)) {
		const struct row *row = &rows->v[i];
		double x = place_on(row->cell, axis);

		if (isnan(x))
			continue;
		fits__add(&call, x, row->call.median, &row->call_blocks);
		fits__add(&started, x, row->started.median, &row->started_blocks);
		fits__add(&total, x, row->total.median, &row->total_blocks);
		err = add_bill(&bill, rows, row, x);
		if (!err && copies)
			err = add_copy(&copy, rows, row);
	}
	*s = (struct slopes){fits__slope(&call), fits__slope(&started), fits__slope(&total),
			     fits__slope(&bill), fits__slope(&copy)};
	return err ? err : !isfinite(s->call.estimate);
}

int slopes__of(struct slopes *s, const struct rows *rows, size_t first, const char *axis)
{
	struct cell_index lines;
	int err = rows__index(rows, axis, &lines);

	if (!err)
		err = slopes__along(s, rows, first, &lines);
	cell_index__free(&lines);
	return err;
}

enum row_order row__order(const struct row *row)
{
	struct interval i = row__ratio_interval(row);

	if (isnan(i.low))
		return i.estimate > 1 ? ROW_SLOWER : ROW_FASTER;
	return i.low > 1 ? ROW_SLOWER : i.high < 1 ? ROW_FASTER : ROW_WITHIN_NOISE;
}

/* By how much a time is more than its reference's: 0 if they are the same. */
static double excess(double time, double reference, bool logarithm)
{
	return logarithm ? log(time / reference) : time - reference;
}

/* The excess at the share `t` of the way from one size to the next. */
static struct interval excess_at(const struct row *below, const struct row *above, double t)
{
	const struct blocks *v[] = {row__judged_blocks(below), row__judged_blocks(below->reference),
				    row__judged_blocks(above),
				    row__judged_blocks(above->reference)};
	bool logarithm = below->rss > 0;
	double at_below, at_above;
	struct blocks b = {.n = v[0]->n};

	if (v[1]->n != b.n || v[2]->n != b.n || v[3]->n != b.n)
		b.n = 0;
	for (size_t i = 0; i < b.n; i++)
		b.v[i] = (1 - t) * excess(v[0]->v[i], v[1]->v[i], logarithm) +
			 t * excess(v[2]->v[i], v[3]->v[i], logarithm);
	at_below = excess(row__judged(below)->median, row__judged(below->reference)->median,
			  logarithm);
	at_above = excess(row__judged(above)->median, row__judged(above->reference)->median,
			  logarithm);
	return blocks__interval(&b, (1 - t) * at_below + t * at_above);
}

static double size_at(const struct row *below, const struct row *above, double t)
{
	double low = (double)below->rss, high = (double)above->rss;

	return low > 0 ? low * pow(high / low, t) : t * high;
}

/* The size at which lines through the medians cross, between these two. */
static double crossing_of(const struct row *below, const struct row *above)
{
	double a = excess_at(below, above, 0).estimate, b = excess_at(below, above, 1).estimate;

	return size_at(below, above, a / (a - b));
}

/* Steps from one size to the next at which a crossing is tested, and halvings of a step. */
#define STEPS	 64
#define HALVINGS 10

static bool is_possible(const struct row *below, const struct row *above, double t)
{
	struct interval i = excess_at(below, above, t);

	return i.low <= 0 && i.high >= 0;
}

/* The size between two shares of the way from which on a crossing is possible. */
static double limit(const struct row *below, const struct row *above, double not, double possible)
{
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (not +possible) / 2;

		if (is_possible(below, above, middle))
			possible = middle;
		else
			not = middle;
	}
	return size_at(below, above, not );
}

/* The first size from row `first` on, or the last up to row `last`, at which a crossing is
 * possible. It is possible at neither row. */
static double first_possible(const struct row *const *v, size_t first, size_t last, double at)
{
	for (size_t i = first; i < last; i++) {
		for (int k = 1; k <= STEPS; k++) {
			double t = k / (double)STEPS;

			if (is_possible(v[i], v[i + 1], t))
				return limit(v[i], v[i + 1], t - 1 / (double)STEPS, t);
		}
	}
	return at;
}

static double last_possible(const struct row *const *v, size_t first, size_t last, double at)
{
	for (size_t i = last; i > first; i--) {
		for (int k = STEPS - 1; k >= 0; k--) {
			double t = k / (double)STEPS;

			if (is_possible(v[i - 1], v[i], t))
				return limit(v[i - 1], v[i], t + 1 / (double)STEPS, t);
		}
	}
	return at;
}

struct interval line__crossing(const struct row *const *v, size_t n)
{
	struct interval i = {NAN, NAN, NAN};
	size_t changes = 0, certain = n, first = 0, last = 0;

	for (size_t k = 0; k < n; k++) {
		if (row__order(v[k]) == ROW_WITHIN_NOISE)
			continue;
		if (certain < n && row__order(v[k]) != row__order(v[certain])) {
			changes++;
			first = certain;
			last = k;
		}
		certain = k;
	}
	if (changes != 1)
		return i;
	for (size_t k = first; k < last && isnan(i.estimate); k++) {
		if ((row__ratio(v[k]) > 1) != (row__ratio(v[k + 1]) > 1))
			i.estimate = crossing_of(v[k], v[k + 1]);
	}
	if (isnan(row__ratio_interval(v[first]).low) || isnan(row__ratio_interval(v[last]).low))
		return i;
	i.low = fmin(first_possible(v, first, last, i.estimate), i.estimate);
	i.high = fmax(last_possible(v, first, last, i.estimate), i.estimate);
	return i;
}
