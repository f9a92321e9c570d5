// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/side.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/gate/compare/environment.h"
#include "user/gate/compare/paired.h"

bool side__take_cells(struct side *s, const struct cell *like, const char *probe_set)
{
	bool any = false;

	for (size_t i = 0; i < s->count; i++) {
		s->cells[i] = gate_index__find(&s->indexes[i], like, probe_set);
		any |= s->cells[i] && cell__has_data(s->cells[i]);
	}
	return any;
}

size_t side__first(const struct side *s)
{
	size_t i = 0;

	while (i + 1 < s->count && (!s->cells[i] || !cell__has_data(s->cells[i])))
		i++;
	return i;
}

bool side__measured(const struct side *s, const struct cell *like)
{
	const struct cell *c;

	for (size_t i = 0; i < s->count; i++) {
		for (c = gate_index__next(&s->indexes[i], like, NULL); c;
		     c = gate_index__next(&s->indexes[i], like, c)) {
			if (cell__has_data(c))
				return true;
		}
	}
	return false;
}

void side__probe_sets(const struct side *s, const struct cell *like,
		      const char *sets[PROBE_SETS_MAX + 1])
{
	size_t k, count = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = NULL;

		while (count < PROBE_SETS_MAX && (c = gate_index__next(&s->indexes[i], like, c))) {
			for (k = 0; k < count && strcmp(sets[k], cell__probe_set(c)); k++)
				;
			sets[k] = cell__probe_set(c);
			count += k == count;
		}
	}
	sets[count] = NULL;
}

size_t side__take_values(struct side *s, const struct metric *m)
{
	for (size_t i = 0; i < s->count; i++)
		s->values[i] =
			s->cells[i] && cell__has_data(s->cells[i]) ? m->value(m, s->cells[i]) : NAN;
	return gate_count(s->values, s->count);
}

double side__median(const struct side *s, double *scratch)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (!isnan(s->values[i]))
			scratch[n++] = s->values[i];
	}
	return interval__median(scratch, n);
}

static bool varies(const struct cell *c, const struct metric *m)
{
	const struct series *s = metric_series(m, c);

	return stats_count(s) > 0 && stats_quantile(s, 0) != stats_quantile(s, 1);
}

/* A single phase, or a bill, may be negative where the clocks of two CPUs bound it; its median may
 * not. */
static bool is_negative(const struct cell *c, const struct metric *m)
{
	const struct series *s = metric_series(m, c);

	if (metric_is_probed(m))
		return stats_median(s) < 0;
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] < 0 && s->v[i] != MISSING)
			return true;
	}
	return false;
}

static bool has_cell(const struct side *s, const struct metric *m,
		     bool (*is)(const struct cell *c, const struct metric *m))
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->cells[i] && is(s->cells[i], m))
			return true;
	}
	return false;
}

bool side__varies(const struct side *s, const struct metric *m)
{
	return has_cell(s, m, varies);
}

static int64_t positive(int64_t number)
{
	return number > 0 ? number : 0;
}

void side__add_losses(const struct side *s, const struct metric *m, struct losses *to)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct run *r = s->runs[i];
		const struct series *v = s->cells[i] ? metric_series(m, s->cells[i]) : NULL;
		int64_t lost = positive(r->end.lost), missed = positive(r->end.missed);
		int64_t unseen = run__births_unseen(r);

		if (lost + missed + unseen == 0 || !v || stats_count(v) == 0)
			continue;
		to->records += lost;
		to->missed += missed;
		to->unseen += unseen;
		to->gaps += v->n - stats_count(v);
	}
}

size_t side__nulls(const struct side *s, const struct metric *m, size_t *all)
{
	size_t nulls = 0;

	*all = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = s->cells[i];
		const struct series *v = c && cell__has_data(c) ? metric_series(m, c) : NULL;

		for (size_t k = 0; v && k < c->n; k++) {
			bool failed = k < c->errnos.n && c->errnos.v[k] != 0;
			bool null = k >= v->n || v->v[k] == MISSING;

			nulls += null && !failed;
		}
		*all += v ? c->n : 0;
	}
	return nulls;
}

double side__samples(const struct side *s)
{
	size_t samples = 0, cells = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (!s->cells[i] || !cell__has_data(s->cells[i]))
			continue;
		samples += s->cells[i]->n;
		cells++;
	}
	return cells ? (double)samples / (double)cells : 0;
}

size_t side__short_runs(const struct side *s, double limit, size_t *least)
{
	size_t runs = 0;

	*least = SIZE_MAX;
	for (size_t i = 0; i < s->count; i++) {
		const struct cell *c = s->cells[i];

		if (!c || !cell__has_data(c) || (double)c->n >= limit)
			continue;
		runs++;
		*least = c->n < *least ? c->n : *least;
	}
	return runs;
}

bool side__negative(const struct side *s, const struct metric *m)
{
	return has_cell(s, m, is_negative);
}

int64_t gate_taken_ms(const struct run *r)
{
	return gate_fact_number(r, "taken_ms");
}

static int compare_taken(const void *a, const void *b)
{
	int64_t x = gate_taken_ms(*(const struct run *const *)a);
	int64_t y = gate_taken_ms(*(const struct run *const *)b);

	return (x > y) - (x < y);
}

int side__fill(struct side *s, const struct run *runs, size_t count)
{
	size_t known = 0;
	int err = 0;

	s->count = count;
	s->runs = calloc(count, sizeof(*s->runs));
	s->indexes = calloc(count, sizeof(*s->indexes));
	s->values = calloc(count, sizeof(*s->values));
	s->cells = calloc(count, sizeof(*s->cells));
	if (!s->runs || !s->indexes || !s->values || !s->cells)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		s->runs[i] = &runs[i];
		known += gate_taken_ms(&runs[i]) != MISSING;
	}
	if (known == count)
		qsort(s->runs, count, sizeof(struct run *), compare_taken);
	for (size_t i = 0; i < count && !err; i++)
		err = gate_index__build(&s->indexes[i], s->runs[i]);
	return err;
}

void side__free(struct side *s)
{
	for (size_t i = 0; i < s->count && s->indexes; i++)
		gate_index__free(&s->indexes[i]);
	free(s->indexes);
	free(s->runs);
	free(s->values);
	free(s->cells);
}

bool sides_in_turn(const struct side *a, const struct side *b, bool *one_first)
{
	size_t n = a->count < b->count ? a->count : b->count, first[2] = {0};
	int64_t last = MISSING;

	*one_first = false;
	for (size_t i = 0; i < n; i++) {
		int64_t x = gate_taken_ms(a->runs[i]), y = gate_taken_ms(b->runs[i]);

		/* Two runs of one time: which was first is not known. */
		if (x == MISSING || y == MISSING || x == y || x < last || y < last)
			return false;
		last = x > y ? x : y;
		first[0] += x < y;
		first[1] += y < x;
	}
	*one_first = n > 1 && 3 * (n - first[0]) < n;
	*one_first |= n > 1 && 3 * (n - first[1]) < n;
	return true;
}
