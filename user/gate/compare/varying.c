// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/varying.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/compare.h"
#include "user/gate/compare/decide.h"
#include "user/gate/compare/paired.h"

/* The values of a count in the runs of a side, ascending. */
struct values {
	double v[GATE_REPEATS_MORE];
	size_t count;
};

struct sides {
	struct values a, b;
};

static void insert(struct values *s, double value)
{
	size_t i = s->count++;

	for (; i > 0 && s->v[i - 1] > value; i--)
		s->v[i] = s->v[i - 1];
	s->v[i] = value;
}

static double median(const struct values *s)
{
	return (s->v[(s->count - 1) / 2] + s->v[s->count / 2]) / 2;
}

static double range(const struct values *s)
{
	return s->v[s->count - 1] - s->v[0];
}

/* Takes the values of the first `count` pairs, each compared alone. False if one lacks it. */
static bool take(const struct gate_row *row, struct gate_report *alone, size_t count,
		 struct sides *s)
{
	*s = (struct sides){0};
	for (size_t i = 0; i < count; i++) {
		const struct gate_row *one = gate_report__row_like(&alone[i], row);

		if (!one || !isfinite(one->a) || !isfinite(one->b))
			return false;
		insert(&s->a, one->a);
		insert(&s->b, one->b);
	}
	return count > 0;
}

/* How far B may be above A, in the metric's unit. */
static double allowed(const struct sides *s, const struct gate_policy *policy)
{
	double highest = s->a.v[s->a.count - 1];

	return fmax(fmax(range(&s->a), range(&s->b)),
		    fmax(policy->tolerance * highest, policy->tolerance_absolute));
}

static bool within(const struct sides *s, const struct gate_policy *policy)
{
	return median(&s->b) - median(&s->a) <= allowed(s, policy);
}

static bool is_apart(const struct sides *s, const struct gate_policy *policy)
{
	return s->b.v[0] - s->a.v[s->a.count - 1] > allowed(s, policy);
}

static bool is_varying(const struct gate_row *row)
{
	return row->kind == GATE_STATISTICAL && row->demoted;
}

enum finding { WITHIN, ABOVE, APART, MISSING_SOME };

/* A wild run among later ones widens the range, but does not undo what the first runs showed. */
static enum finding find(const struct gate_row *row, struct gate_report *alone, size_t count,
			 const struct gate_policy *policy)
{
	struct sides first, all;

	if (!take(row, alone, count < GATE_REPEATS ? count : GATE_REPEATS, &first) ||
	    !take(row, alone, count, &all))
		return MISSING_SOME;
	if (is_apart(&all, policy))
		return APART;
	return within(&first, policy) && within(&all, policy) ? WITHIN : ABOVE;
}

static void decide(struct gate_row *row, enum finding found, bool larger, size_t count)
{
	static const char *const notes[] = {
		[WITHIN] = "varies in %zu repeats: does not gate",
		[ABOVE] = "varies in %zu repeats, and B is above A by more",
		[APART] = "varies; all %zu runs of B are above all of A, too few to be sure",
		[MISSING_SOME] = "varies, and is missing in some of %zu repeats",
	};

	/* These came from pairs, of which there are too few. */
	row->low = row->high = row->spread = row->smallest = row->needed = NAN;
	row->p_regression = row->p_pass = row->p_better = row->p_permutation = NAN;
	row->change = gate_row__change(row);
	row->improved = false;
	row->kind = found == WITHIN ? GATE_SHOWN : GATE_EXACT;
	row->verdict = larger ? GATE_REGRESSION : GATE_INCONCLUSIVE;
	if (found == APART)
		row->p_regression = gate_chance_of_order(count, count);
	gate_row__note(row,
		       larger ? "varies, but all %zu runs of B are above all of A by more"
			      : notes[found],
		       count);
}

static int decide_all(struct gate_report *report, struct gate_report *alone, size_t count,
		      const struct gate_policy *policy, bool *more)
{
	enum finding *found = calloc(report->row_count + 1, sizeof(*found));
	double *p = calloc(report->row_count + 1, sizeof(*p));
	bool *larger = calloc(report->row_count + 1, sizeof(*larger));
	size_t family = 0, next = 0;
	int err = found && p && larger ? 0 : -ENOMEM;

	for (size_t i = 0; i < report->row_count && !err; i++) {
		if (!is_varying(&report->rows[i]))
			continue;
		found[family] = find(&report->rows[i], alone, count, policy);
		p[family] = found[family] == APART ? gate_chance_of_order(count, count) : 1;
		*more |= found[family] == APART;
		family++;
	}
	if (!err)
		err = gate_holm(p, family, policy->alpha_regression, larger);
	for (size_t i = 0; i < report->row_count && !err; i++) {
		if (!is_varying(&report->rows[i]))
			continue;
		decide(&report->rows[i], found[next], larger[next], count);
		next++;
	}
	free(found);
	free(p);
	free(larger);
	return err;
}

int gate_decide_varying(struct gate_report *report, const struct run *a, const struct run *b,
			size_t count, const struct gate_policy *policy, bool *more)
{
	struct gate_report *alone = calloc(count + 1, sizeof(*alone));
	int err = !alone ? -ENOMEM : count > GATE_REPEATS_MORE ? -E2BIG : 0;

	*more = false;
	for (size_t i = 0; i < count && !err; i++)
		err = gate_compare(&a[i], 1, &b[i], 1, policy, &alone[i]);
	if (!err)
		err = decide_all(report, alone, count, policy, more);
	for (size_t i = 0; i < count && alone; i++)
		gate_report__free(&alone[i]);
	free(alone);
	return err;
}
