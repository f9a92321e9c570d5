// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/changes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"

const char *change__name(const struct change *c)
{
	static const char *const times[CHANGE_TIMES] = {
		[CHANGE_started] = "started",
		[CHANGE_call] = "call",
		[CHANGE_total] = "total",
		[CHANGE_bill] = "bill",
	};

	return c->time < 0 ? phase_name(c->phase) : times[c->time];
}

double change__ratio(const struct change *c)
{
	return c->a.estimate > 0 ? c->b.estimate / c->a.estimate : NAN;
}

/* Whether every value of one is above all of the other. */
static bool is_above(const struct interval *high, const struct interval *low)
{
	return high->low > low->high;
}

static bool is_known(const struct interval *i)
{
	return isfinite(i->low) && isfinite(i->high);
}

static enum change_kind kind_of(const struct change *c, bool exact)
{
	if (exact && c->a.estimate == c->b.estimate)
		return CHANGE_NOISE;
	if (exact)
		return c->b.estimate > c->a.estimate ? CHANGE_LONGER : CHANGE_SHORTER;
	if (!is_known(&c->a) || !is_known(&c->b))
		return CHANGE_UNKNOWN;
	return is_above(&c->b, &c->a)	? CHANGE_LONGER
	       : is_above(&c->a, &c->b) ? CHANGE_SHORTER
					: CHANGE_NOISE;
}

/* What a change is weighed by: the whole birth as long as it is known. */
static double whole_of(const struct row *row)
{
	return row->total.n && row->total.median > 0 ? row->total.median : row->call.median;
}

/* Where a row has a time, and what it takes; n is 0 if it has none. */
struct value {
	const struct cell *cell;
	const struct series *series;
};

static struct value value_of(const struct change *c, const struct row *row, bool *starred)
{
	static const enum sample_kind samples[CHANGE_bill] = {
		[CHANGE_started] = SAMPLE_exec_ns,
		[CHANGE_call] = SAMPLE_spawn_ns,
		[CHANGE_total] = SAMPLE_total_ns,
	};
	const struct cell *cell = row->cell;

	*starred = false;
	if (c->time < 0) {
		cell = row__phase(row, c->phase, starred);
		return (struct value){cell, cell ? &cell->phases[c->phase] : NULL};
	}
	if (c->time == CHANGE_bill) {
		cell = row__bill(row);
		*starred = cell && cell != row->cell;
		return (struct value){cell, cell ? &cell->bill : NULL};
	}
	if (!series__any(&cell->samples[samples[c->time]]) ||
	    c->time == (row__execs(row) ? CHANGE_call : CHANGE_started))
		cell = NULL;
	return (struct value){cell, &row->cell->samples[samples[c->time]]};
}

/* As other sentences and charts have it: of times in their logarithm; a phase may be 0. */
static int measure(const struct change *c, const struct rows *rows, const struct value *v,
		   struct interval *i)
{
	double median = stats_median(v->series);
	struct blocks b;
	int err = blocks__medians(&b, rows->run, v->cell, v->series);

	if (!err)
		*i = c->time < 0 ? blocks__time_interval(&b, median)
				 : blocks__log_interval(&b, median);
	return err;
}

static bool have_one_source(const struct change *c, const struct rows *from, const struct rows *to,
			    const struct value *a, const struct value *b)
{
	const char *before, *after;

	if (c->time >= 0)
		return true;
	before = run__phase_source(from->run, a->cell, c->phase);
	after = run__phase_source(to->run, b->cell, c->phase);
	return before && after ? !strcmp(before, after) : before == after;
}

/* Adds this time or phase of the two rows, if both have it. 0 or -ENOMEM. */
static int add(struct changes *all, const struct rows *from, const struct rows *to,
	       struct change *c)
{
	bool starred;
	const struct value a = value_of(c, c->from, &c->starred), b = value_of(c, c->to, &starred);
	int err;

	if (!a.cell || !b.cell || c->starred != starred)
		return 0;
	err = measure(c, from, &a, &c->a);
	if (!err)
		err = measure(c, to, &b, &c->b);
	if (err || !isfinite(c->a.estimate) || !isfinite(c->b.estimate))
		return err;
	c->weight = (c->b.estimate - c->a.estimate) / whole_of(c->from);
	c->other_source = !have_one_source(c, from, to, &a, &b);
	c->kind = kind_of(c, all->exact);
	all->count[c->kind]++;
	all->v[all->n++] = *c;
	return 0;
}

/* By kind, the heaviest first; what weighs the same stays in the order of the runs. */
static int by_weight(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	double x = fabs(a->weight), y = fabs(b->weight);

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (x != y)
		return x > y ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? 1 : -1;
	return (a->phase > b->phase) - (a->phase < b->phase);
}

int changes__of(struct changes *c, const struct rows *from, const struct rows *to)
{
	int err = 0;

	*c = (struct changes){.exact = from->instructions};
	c->v = calloc(from->n * (CHANGE_TIMES + PHASE_COUNT) + 1, sizeof(*c->v));
	if (!c->v)
		return -ENOMEM;
	for (size_t i = 0; i < from->n && !err; i++) {
		struct change one = {.from = &from->v[i]};

		one.to = rows__find(to, one.from->cell);
		for (int t = 0; t < CHANGE_TIMES && one.to && !err; t++) {
			one.time = t;
			one.phase = PHASE_none;
			err = add(c, from, to, &one);
		}
		for (int p = 0; p < PHASE_COUNT && one.to && !err; p++) {
			one.time = -1;
			one.phase = p;
			err = add(c, from, to, &one);
		}
	}
	qsort(c->v, c->n, sizeof(*c->v), by_weight);
	return err;
}

void changes__free(struct changes *c)
{
	free(c->v);
	*c = (struct changes){0};
}

static bool belongs(const struct change_group *g, const struct change *c)
{
	return g->worst->kind == c->kind && g->worst->time == c->time &&
	       g->worst->phase == c->phase;
}

int changes__groups(const struct changes *c, struct change_group **groups)
{
	struct change_group *all = calloc(c->n + 1, sizeof(*all));
	size_t count = 0, k;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < c->n && c->v[i].kind < CHANGE_NOISE; i++) {
		for (k = 0; k < count && !belongs(&all[k], &c->v[i]);)
			k++;
		if (k == count)
			all[count++] = (struct change_group){&c->v[i], 0, NAN, NAN};
		all[k].cells++;
		all[k].least = fmin(all[k].least, change__ratio(&c->v[i]));
		all[k].most = fmax(all[k].most, change__ratio(&c->v[i]));
	}
	*groups = all;
	return (int)count;
}
