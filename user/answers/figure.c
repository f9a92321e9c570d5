// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/figure.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/line.h"
#include "user/answers/figure_cells.h"
#include "user/answers/words.h"

#define GIB 1073741824.0

const struct figure *figure_of(const struct run *r)
{
	const struct fact *suite = run__env(r, RUN_SUITE_FACT);

	return suite ? published_figure(suite->text) : NULL;
}

/* Along the axis; with the logarithms of both, from a place on. */
struct way {
	const char *axis;
	double step, from;
	bool logarithms;
};

static void add_point(struct fits *f, double x, struct figure_median *m, const struct way *way)
{
	if (!way->logarithms) {
		fits__add(f, x / way->step, m->all, &m->blocks);
		return;
	}
	if (x <= 0 || x < way->from)
		return;
	for (size_t i = 0; i < m->blocks.n; i++)
		m->blocks.v[i] = log(m->blocks.v[i]);
	fits__add(f, log(x), log(m->all), &m->blocks);
}

/* Rows without a value of the axis have none of it. */
static double place_of(const struct row *row, const char *axis)
{
	int64_t number = cell__key_number(row->cell, axis);

	return number == MISSING ? 0 : (double)number;
}

/* Whether it is on the line: of several parents only the one that the cells say. */
static bool is_on_line(const struct figure_cells *c, const struct rows *rows, const struct row *row,
		       const char *axis)
{
	return figure_cells__hold(c, row, axis) &&
	       (!(c->smallest || c->largest) || row->rss == figure_cells__find(c, rows, axis)->rss);
}

static int slope_along(const struct figure_cells *c, const struct rows *rows, const struct way *way,
		       struct interval *slope)
{
	struct fits f = {0};
	int err = 0;

	for (size_t i = 0; i < rows->n && !err; i++) {
		const struct row *row = &rows->v[i];
		struct figure_median m;

		if (!is_on_line(c, rows, row, way->axis))
			continue;
		err = figure_median__of(&m, rows, row, c->value);
		if (!err)
			add_point(&f, place_of(row, way->axis), &m, way);
	}
	*slope = fits__slope(&f);
	return err;
}

static int median_at(const struct figure_cells *c, const struct rows *rows, struct figure_median *m)
{
	const struct row *row = figure_cells__find(c, rows, NULL);

	*m = (struct figure_median){.all = NAN};
	return row ? figure_median__of(m, rows, row, c->value) : 0;
}

/* A point of a figure with words. */
static int read_word(const struct figure_cells *c, const struct rows *rows, struct interval *y)
{
	const struct way per_gb = {.axis = "rss_bytes", .step = GIB};
	struct figure_cells calls = *c;
	struct figure_median m;
	int err;

	if (c->value == FIGURE_SLOPE_OF_CALL) {
		calls.value = FIGURE_CALL;
		return slope_along(&calls, rows, &per_gb, y);
	}
	err = median_at(c, rows, &m);
	*y = blocks__log_interval(&m.blocks, m.all);
	return err;
}

static int word_points(const struct figure *f, size_t line, const struct rows *rows,
		       struct figure_point *points, size_t most)
{
	int n = 0, err = 0;

	for (size_t w = 0; w < FIGURE_POINTS_MAX && f->words[w].label && !err; w++) {
		struct figure_cells c = {0};
		struct interval y;

		if (!f->words[w].of || (size_t)n == most)
			continue;
		figure_cells__add(&c, f->ours[line].of);
		figure_cells__add(&c, f->words[w].of);
		err = read_word(&c, rows, &y);
		if (isfinite(y.estimate))
			points[n++] = (struct figure_point){(double)w, y};
	}
	return err ? err : n;
}

/* Puts a point where it belongs by its place. */
static void insert(struct figure_point *points, int n, struct figure_point point)
{
	for (; n > 0 && points[n - 1].x > point.x; n--)
		points[n] = points[n - 1];
	points[n] = point;
}

int figure_line__points(const struct figure *f, size_t line, const struct rows *rows,
			struct figure_point *points, size_t most)
{
	struct figure_cells c = {0};
	int n = 0, err = 0;

	if (!f->axis)
		return word_points(f, line, rows, points, most);
	figure_cells__add(&c, f->ours[line].of);
	for (size_t i = 0; i < rows->n && (size_t)n < most && !err; i++) {
		const struct row *row = &rows->v[i];
		struct figure_median m;

		if (!is_on_line(&c, rows, row, f->axis))
			continue;
		err = figure_median__of(&m, rows, row, c.value);
		if (isfinite(m.all))
			insert(points, n++,
			       (struct figure_point){place_of(row, f->axis),
						     blocks__log_interval(&m.blocks, m.all)});
	}
	return err ? err : n;
}

const char *figure_verdict_name(enum figure_verdict v)
{
	static const char *const names[] = {
		[FIGURE_AGREES] = "agrees",
		[FIGURE_DIFFERS] = "differs",
		[FIGURE_UNDECIDED] = "within noise of both",
		[FIGURE_NO_UNIT] = "instructions are no time",
		[FIGURE_UNKNOWN] = "not measured",
		[FIGURE_UNLIKE] = "not compared: another quantity",
	};

	return names[v];
}

bool figure_claim__applies(const struct figure_claim *c, const struct run *r)
{
	const struct fact *platform = run__env(r, "hypervisor");

	return c->question && (!c->platform || (platform && platform->text &&
						!strcmp(platform->text, c->platform)));
}

static int read_ratio(const struct figure_claim *c, const struct figure_cells *over,
		      const struct rows *rows, struct interval *ratio)
{
	double scale = c->scale != 0 ? c->scale : 1;
	struct figure_cells under = {0};
	struct figure_median a, b;
	struct blocks blocks;
	int err;

	figure_cells__add(&under, c->under);
	err = median_at(over, rows, &a);
	if (!err)
		err = median_at(&under, rows, &b);
	if (err)
		return err;
	blocks = (struct blocks){.n = a.blocks.n == b.blocks.n ? a.blocks.n : 0};
	for (size_t i = 0; i < blocks.n; i++)
		blocks.v[i] = scale * a.blocks.v[i] / b.blocks.v[i];
	*ratio = blocks__log_interval(&blocks, scale * a.all / b.all);
	return 0;
}

#define PAGE_BYTES 4096

static int read_page(const struct figure_cells *c, const struct rows *rows, struct interval *page)
{
	const struct row *row = figure_cells__find(c, rows, NULL);
	double pages = row ? (double)row->rss / PAGE_BYTES : NAN;
	struct figure_median m;
	int err = median_at(c, rows, &m);

	*page = blocks__log_interval(&m.blocks, m.all);
	*page = (struct interval){page->estimate / pages, page->low / pages, page->high / pages};
	return err;
}

/* From where to where ours agrees. */
static void accepted(const struct figure_claim *c, double *least, double *most)
{
	*least = c->factor > 0 ? c->low / c->factor : c->least;
	*most = c->factor > 0 ? c->high * c->factor : c->most;
}

static enum figure_verdict judge(const struct figure_claim *c, const struct figure_reading *r,
				 bool instructions)
{
	const struct interval *i = &r->ours;
	double low = isnan(i->low) ? i->estimate : i->low, least;
	double high = isnan(i->high) ? i->estimate : i->high, most;

	accepted(c, &least, &most);
	if (!isfinite(i->estimate))
		return FIGURE_UNKNOWN;
	if (c->unlike)
		return FIGURE_UNLIKE;
	if (r->time && instructions)
		return FIGURE_NO_UNIT;
	if (low >= least && high <= most)
		return FIGURE_AGREES;
	return high < least || low > most ? FIGURE_DIFFERS : FIGURE_UNDECIDED;
}

int figure_claim__read(const struct figure_claim *c, const struct rows *rows,
		       struct figure_reading *r)
{
	const struct way way = {c->axis, c->step, c->from, c->kind == FIGURE_POWER};
	struct figure_cells over = {0};
	int err;

	figure_cells__add(&over, c->over);
	*r = (struct figure_reading){.ours = {NAN, NAN, NAN}};
	if (c->kind == FIGURE_RATIO)
		err = read_ratio(c, &over, rows, &r->ours);
	else if (c->kind == FIGURE_PAGE)
		err = read_page(&over, rows, &r->ours);
	else
		err = slope_along(&over, rows, &way, &r->ours);
	if (c->kind == FIGURE_SLOPE || c->kind == FIGURE_PAGE) {
		r->bytes = over.value == FIGURE_PAGE_TABLES;
		r->time = !r->bytes;
	}
	r->verdict = judge(c, r, rows->instructions);
	return err;
}

static struct number percent(double x)
{
	struct number n;

	snprintf(n.text, sizeof(n.text), "%.3g %%", x);
	return n;
}

static struct number kibs(double bytes)
{
	struct number n = text_count(round(bytes / 1024));

	layout_append(n.text, sizeof(n.text), " KiB");
	return n;
}

struct number figure_text_ours(const struct figure_claim *c, const struct figure_reading *r,
			       bool instructions)
{
	const struct interval *i = &r->ours;
	struct number n;

	if (!isfinite(i->estimate))
		return text_ratio(NAN);
	if (r->time)
		return words_time(i, instructions);
	if (r->bytes)
		return kibs(i->estimate);
	if (!c->percent)
		return isnan(i->low) ? text_ratio(i->estimate)
				     : text_ratio_range(i->estimate, i->low, i->high);
	n = percent(i->estimate);
	if (isfinite(i->low) && isfinite(i->high))
		layout_append(n.text, sizeof(n.text), " (%s to %s)", percent(i->low).text,
			      percent(i->high).text);
	return n;
}

static struct number published_number(const struct figure_claim *c, const struct figure_reading *r,
				      double x)
{
	if (r->time)
		return text_time(x, false);
	if (r->bytes)
		return kibs(x);
	return c->percent ? percent(x) : text_ratio(x);
}

void figure_text_published(const struct figure_claim *c, const struct figure_reading *r, char *text,
			   size_t size)
{
	text[0] = '\0';
	if (!isnan(c->low))
		layout_append(text, size, "%s", published_number(c, r, c->low).text);
	if (c->high > c->low)
		layout_append(text, size, " to %s", published_number(c, r, c->high).text);
	if (c->words)
		layout_append(text, size, isnan(c->low) ? "%s" : ", %s", c->words);
}

double figure_times(const struct figure_claim *c, const struct figure_reading *r)
{
	double x = r->ours.estimate;

	if (isnan(c->low) || isnan(x) || r->verdict == FIGURE_NO_UNIT || c->unlike)
		return NAN;
	return x < c->low ? x / c->low : x > c->high ? x / c->high : 1;
}

static int say_claim(struct answers *answers, const struct figure *f, const struct figure_claim *c,
		     const struct rows *rows)
{
	struct figure_reading r;
	int err = figure_claim__read(c, rows, &r);
	char published[96];
	struct answer *a;

	if (err)
		return err;
	figure_text_published(c, &r, published, sizeof(published));
	a = answers__add(answers, "F%s: %s", f->suite + 1, c->question);
	a->headline = true;
	answer__figure(a, "%s; published: %s: %s", figure_text_ours(c, &r, rows->instructions).text,
		       published, figure_verdict_name(r.verdict));
	answer__detail(a, "Published by: %s.", f->source);
	if (c->factor > 0 && !c->unlike)
		answer__detail(a, " Agrees: within a factor of %g.", c->factor);
	return 0;
}

void answers__add_figure(struct answers *answers, const struct rows *rows)
{
	const struct figure *f = figure_of(rows->run);

	for (size_t i = 0; f && i < FIGURE_CLAIMS_MAX; i++) {
		if (figure_claim__applies(&f->claims[i], rows->run) &&
		    say_claim(answers, f, &f->claims[i], rows))
			return;
	}
}
