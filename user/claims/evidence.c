// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/evidence.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/analysis/line.h"
#include "user/analysis/stats.h"

/* Up to which two times are the same. */
#define SAME 1.1

int evidence__init(struct evidence *e, const struct run *r)
{
	struct axes axes;

	*e = (struct evidence){.run = r, .exact = run__counts_instructions(r)};
	axes__find(&axes, r);
	return rows__init(&e->rows, r, rows_probe_set(r), &axes);
}

void evidence__free(struct evidence *e)
{
	rows__free(&e->rows);
}

/* Whether it is of the grid of sizes: of 4 KiB pages, and of no axis but `axis` (NULL: none). */
static bool is_of_grid(const struct row *row, const char *axis)
{
	static const char *const usual[] = {"method", "rss_bytes", "pages", "trace"};
	const char *pages = cell__pages(row->cell);
	size_t known = axis ? cell__key_number(row->cell, axis) != MISSING : 0;

	if (row->rss == MISSING || (pages && strcmp(pages, "4k")) || (axis && !known))
		return false;
	for (size_t i = 0; i < row->cell->key_count; i++)
		for (size_t k = 0; k < sizeof(usual) / sizeof(usual[0]); k++)
			known += !strcmp(row->cell->key[i].name, usual[k]);
	return known == row->cell->key_count;
}

/* NULL if there is none. */
static const struct row *find(const struct evidence *e, const char *method, int64_t bytes)
{
	for (size_t i = 0; i < e->rows.n; i++) {
		const struct row *row = &e->rows.v[i];

		if (is_of_grid(row, NULL) && row->rss == bytes && !strcmp(row->method, method))
			return row;
	}
	return NULL;
}

static void add(struct curve *c, int64_t bytes, struct interval v, const struct blocks *b)
{
	if (c->n == EVIDENCE_SIZES || !isfinite(v.estimate))
		return;
	c->bytes[c->n] = bytes;
	c->v[c->n] = v;
	c->blocks[c->n++] = *b;
}

void evidence__ratios(const struct evidence *e, const char *method, const char *other,
		      struct curve *c)
{
	*c = (struct curve){.n = 0};
	for (size_t i = 0; i < e->rows.n; i++) {
		const struct row *row = &e->rows.v[i];
		const struct row *to = is_of_grid(row, NULL) ? find(e, other, row->rss) : NULL;
		struct blocks b = {.n = 0};

		if (!to || strcmp(row->method, method))
			continue;
		if (row__judged_blocks(row)->n == row__judged_blocks(to)->n)
			b.n = row__judged_blocks(row)->n;
		for (size_t k = 0; k < b.n; k++)
			b.v[k] = row__judged_blocks(row)->v[k] / row__judged_blocks(to)->v[k];
		add(c, row->rss, row__against(row, to), &b);
	}
}

void evidence__calls(const struct evidence *e, const char *method, struct curve *c)
{
	*c = (struct curve){.n = 0};
	for (size_t i = 0; i < e->rows.n; i++) {
		const struct row *row = &e->rows.v[i];

		if (is_of_grid(row, NULL) && !strcmp(row->method, method))
			add(c, row->rss, blocks__log_interval(&row->call_blocks, row->call.median),
			    &row->call_blocks);
	}
}

void evidence__rests(const struct evidence *e, const char *method, struct curve *c)
{
	*c = (struct curve){.n = 0};
	for (size_t i = 0; i < e->rows.n; i++) {
		const struct row *row = &e->rows.v[i];
		struct blocks b = {.n = row->call_blocks.n};

		if (!is_of_grid(row, NULL) || strcmp(row->method, method))
			continue;
		if (row->total_blocks.n != b.n)
			b.n = 0;
		for (size_t k = 0; k < b.n; k++)
			b.v[k] = row->total_blocks.v[k] / row->call_blocks.v[k] - 1;
		add(c, row->rss, blocks__interval(&b, row->total.median / row->call.median - 1),
		    &b);
	}
}

/* Between two sizes, by a straight line in a log-log plot; NAN: not there. */
static double crossing_between(double x0, double y0, double x1, double y1, double level)
{
	double a = log(y0 / level), b = log(y1 / level);

	if (!(y0 > 0 && y1 > 0) || !isfinite(a) || !isfinite(b) || (a > 0) == (b > 0))
		return NAN;
	return exp(log(x0) + a / (a - b) * (log(x1) - log(x0)));
}

struct interval curve__crossing(const struct curve *c, double level)
{
	struct blocks b = {.n = c->n ? c->blocks[0].n : 0};
	double all = NAN;

	for (size_t k = 0; k < b.n; k++)
		b.v[k] = NAN;
	for (size_t i = 0; i + 1 < c->n; i++) {
		double x0 = (double)c->bytes[i], x1 = (double)c->bytes[i + 1];

		if (isnan(all))
			all = crossing_between(x0, c->v[i].estimate, x1, c->v[i + 1].estimate,
					       level);
		for (size_t k = 0; k < b.n; k++) {
			if (isnan(b.v[k]) && k < c->blocks[i].n && k < c->blocks[i + 1].n)
				b.v[k] = crossing_between(x0, c->blocks[i].v[k], x1,
							  c->blocks[i + 1].v[k], level);
		}
	}
	return blocks__log_interval(&b, all);
}

struct interval evidence__slope(const struct evidence *e, const char *method, const char *axis,
				bool started)
{
	struct interval none = {NAN, NAN, NAN}, i;
	bool memory = !strcmp(axis, "rss_bytes");
	struct slopes s;

	for (size_t k = 0; k < e->rows.n; k++) {
		const struct row *row = &e->rows.v[k];

		if (strcmp(row->method, method) || !is_of_grid(row, memory ? NULL : axis) ||
		    slopes__of(&s, &e->rows, k, axis))
			continue;
		i = started ? s.started : s.call;
		if (memory) /* per MiB */
			i = (struct interval){i.estimate / 1048576, i.low / 1048576,
					      i.high / 1048576};
		return i;
	}
	return none;
}

bool evidence__above(const struct evidence *e, const struct interval *i, double level)
{
	return (e->exact || isnan(i->estimate) ? i->estimate : i->low) > level;
}

bool evidence__below(const struct evidence *e, const struct interval *i, double level)
{
	return (e->exact || isnan(i->estimate) ? i->estimate : i->high) < level;
}

void evidence__judge_same(const struct evidence *e, struct verdict *v, const struct curve *c)
{
	size_t longer = 0, same = 0;

	for (size_t i = 0; i < c->n; i++) {
		longer += evidence__above(e, &c->v[i], SAME);
		same += evidence__below(e, &c->v[i], SAME);
	}
	if (longer && same) {
		v->crossing = curve__crossing(c, SAME);
		v->crossing_unit = UNIT_BYTES;
		verdict__number(v, UNIT_BYTES, v->crossing, "10 %% longer, at");
		verdict__say(v, VERDICT_DEPENDS, "on the parent's memory");
	} else if (longer) {
		verdict__say(v, VERDICT_FAILS, "it takes longer from %zu of %zu sizes measured%s",
			     longer, c->n,
			     longer < c->n ? ", at least: of the others the intervals do not decide"
					   : "");
	} else {
		verdict__say(v, same == c->n ? VERDICT_HOLDS : VERDICT_INCONCLUSIVE, "%s",
			     same == c->n ? "from every size measured"
					  : "the intervals do not decide");
	}
}

void evidence__add_ends(struct verdict *v, enum number_unit unit, const struct curve *c,
			const char *what)
{
	if (c->n == 0)
		return;
	verdict__number(v, unit, c->v[0], "%s %s", what, text_bytes(c->bytes[0]).text);
	if (c->n > 1)
		verdict__number(v, unit, c->v[c->n - 1], "from %s",
				text_bytes(c->bytes[c->n - 1]).text);
}

struct interval evidence__times(struct interval i, double factor)
{
	return (struct interval){factor * i.estimate, factor * i.low, factor * i.high};
}

void evidence__no_cells(const struct evidence *e, struct verdict *v, const char *method,
			const char *axis)
{
	for (size_t i = 0; i < e->run->cell_count; i++) {
		const struct cell *c = &e->run->cells[i];
		const char *name = cell__method(c), *reason = c->skipped ? c->skipped : c->broken;

		if (!name || strcmp(name, method) || !reason ||
		    (axis && cell__key_number(c, axis) == MISSING))
			continue;
		verdict__say(v, VERDICT_ABSENT, "%s was not measured: %s", method, reason);
		return;
	}
	verdict__say(v, VERDICT_ABSENT, "%s%s%s was not measured in this run", method,
		     axis ? " over " : "", axis ? axis : "");
}

const struct series *evidence__observed(const struct evidence *e, struct verdict *v,
					const char *name)
{
	const struct observation *o = run__observation(e->run, name, "");

	if (o && stats_count(&o->values) > 0)
		return &o->values;
	verdict__say(v, VERDICT_ABSENT, "%s",
		     o && o->absent ? o->absent : "its experiment is not in this run");
	return NULL;
}

size_t evidence__count(const struct series *s, int64_t value)
{
	size_t count = 0;

	for (size_t i = 0; i < s->n; i++)
		count += s->v[i] == value;
	return count;
}

struct interval evidence__median(const struct evidence *e, const struct series *s)
{
	struct interval none = {stats_median(s), NAN, NAN}, i;
	double v[INTERVAL_VALUES_MAX];
	size_t n = 0;

	for (size_t k = 0; k < s->n && n < INTERVAL_VALUES_MAX; k++)
		if (s->v[k] != MISSING)
			v[n++] = (double)s->v[k];
	if (e->exact || interval__pseudomedian(v, n, BLOCKS_ALPHA, &i) || !isfinite(i.low))
		return none;
	return i;
}

struct interval evidence__difference(const struct series *a, const struct series *b)
{
	struct interval none = {NAN, NAN, NAN}, i;
	double v[INTERVAL_VALUES_MAX];
	size_t n = 0;

	for (size_t k = 0; k < a->n && k < b->n && n < INTERVAL_VALUES_MAX; k++)
		if (a->v[k] != MISSING && b->v[k] != MISSING)
			v[n++] = (double)a->v[k] - (double)b->v[k];
	return interval__pseudomedian(v, n, BLOCKS_ALPHA, &i) ? none : i;
}
