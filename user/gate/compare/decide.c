// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/decide.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "user/gate/compare/format.h"
#include "user/gate/compare/paired.h"
#include "user/gate/compare/pooled.h"
#include "user/text/numbers.h"

#define CONFIDENCE_ALPHA 0.05 /* of the intervals that are shown */
/* Sums are looked at row by row, not as one family: the level is for so many rows. */
#define ROWS_AT_ONCE	100
#define RUNS_OF_VARYING 8

struct span {
	double low, high;
	size_t count;
};

static struct span span_of(const double *x, size_t n)
{
	struct span s = {INFINITY, -INFINITY, 0};

	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i]))
			continue;
		s.low = fmin(s.low, x[i]);
		s.high = fmax(s.high, x[i]);
		s.count++;
	}
	return s;
}

static double tolerance_of(const struct gate_policy *policy, double base)
{
	return fmax(policy->tolerance * fabs(base), policy->tolerance_absolute);
}

/* The number of runs whose value is above the limit. */
static size_t runs_above(const double *x, size_t n, double limit)
{
	size_t above = 0;

	for (size_t i = 0; i < n; i++)
		above += x[i] > limit;
	return above;
}

/* The chance of at least so many wins if each of these games is as likely lost: a sign test. */
static double chance_of_wins(size_t wins, size_t losses)
{
	double n = (double)(wins + losses), p = 0;

	for (size_t i = wins; i <= wins + losses; i++)
		p += exp(lgamma(n + 1) - lgamma((double)i + 1) - lgamma(n - (double)i + 1) -
			 n * log(2));
	return fmin(p, 1);
}

struct pairs {
	size_t n, wins, losses; /* pairs of known values; B above A, and A above B */
	double a, b;		/* means of all known values */
};

static double mean_of(const double *x, size_t n)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i]))
			continue;
		sum += x[i];
		known++;
	}
	return sum / (double)known;
}

/* A pair counts if one of it is above the other by more than `slack`, and `share` of that one. */
static struct pairs pairs_of(const struct gate_values *v, double slack, double share)
{
	struct pairs p = {.a = mean_of(v->a, v->count_a), .b = mean_of(v->b, v->count_b)};

	for (size_t i = 0; i < v->count_a && i < v->count_b; i++) {
		double a = v->a[i], b = v->b[i];

		if (isnan(a) || isnan(b))
			continue;
		p.n++;
		p.wins += b - a > slack + share * a;
		p.losses += a - b > slack + share * b;
	}
	return p;
}

/*
 * Calls that fail in some runs move no median. They are a regression if chance would have so many
 * more runs fail, and no pass if none of A failed.
 */
static void decide_failed(struct gate_row *row, const struct gate_values *v,
			  const struct gate_policy *policy)
{
	struct pairs p = pairs_of(v, tolerance_of(policy, 0), 0);
	double chance = chance_of_wins(p.wins, p.losses);

	row->a = p.a;
	row->b = p.b;
	row->change = p.a > 0 ? p.b / p.a - 1 : NAN;
	if (p.b <= p.a)
		row->verdict = GATE_PASS;
	else if (chance <= policy->alpha_regression)
		row->verdict = GATE_REGRESSION;
	else
		row->verdict =
			p.a == 0 || chance <= policy->alpha_pass ? GATE_INCONCLUSIVE : GATE_PASS;
	row->improved = p.b < p.a && chance_of_wins(p.losses, p.wins) <= policy->alpha_regression;
	gate_row__note(row, "calls fail in %zu of %zu runs of A, %zu of %zu of B",
		       runs_above(v->a, v->count_a, 0), gate_count(v->a, v->count_a),
		       runs_above(v->b, v->count_b, 0), gate_count(v->b, v->count_b));
}

/*
 * Compares values directly if each side's are the same in all of its runs, except for what the
 * layout moves. If they vary by more, the metric is not exact here and pairs decide. Of failed
 * calls the exact number does not matter where each run of B has more than any of A.
 */
void gate_decide_exact(struct gate_row *row, const struct gate_values *v,
		       const struct gate_policy *policy)
{
	struct span a = span_of(v->a, v->count_a), b = span_of(v->b, v->count_b);
	double tolerance = fmax(tolerance_of(policy, a.high), v->moved);
	double allowed = v->slack + tolerance;
	bool same = a.low == b.low && a.high == b.high && a.low == a.high;

	row->kind = GATE_EXACT;
	row->change = gate_row__change(row);
	row->low = row->high = NAN;
	row->tolerance = tolerance > 0 ? tolerance : NAN;
	if (same) {
		row->verdict = GATE_PASS;
		return;
	}
	if (!(gate_row__is_failed(row) && b.low - a.high > allowed) &&
	    (a.high - a.low > v->slack || b.high - b.low > v->slack ||
	     (v->varies && fabs(row->b - row->a) > v->slack))) {
		if (gate_row__is_failed(row)) {
			decide_failed(row, v, policy);
			return;
		}
		row->kind = GATE_STATISTICAL;
		row->demoted = true;
		gate_row__note(row, "varies from run to run: compared by pairs");
		return;
	}
	row->verdict = b.low - a.high > allowed ? GATE_REGRESSION : GATE_PASS;
	row->improved = a.low - b.high > allowed;
	if (row->verdict == GATE_PASS && !row->improved && v->slack > 0 &&
	    b.high - a.low > tolerance)
		gate_row__note(row, "the same, except for pages that ASLR moves");
}

double gate_chance_of_order(size_t a, size_t b)
{
	double p = 1;

	for (size_t i = 1; i <= b; i++)
		p *= (double)i / (double)(a + i);
	return p;
}

void gate_decide_sums(struct gate_row *row, const struct gate_values *v,
		      const struct gate_look *look, const struct gate_policy *policy)
{
	struct span a = span_of(v->a, v->count_a), b = span_of(v->b, v->count_b);
	struct pairs p = pairs_of(v, v->slack, look->share);
	double allowed = v->slack + look->few * gate_row__few(row) +
			 fmax(tolerance_of(policy, p.a), look->share * p.a);
	double gross =
		v->slack + gate_row__few(row) + fmax(tolerance_of(policy, p.a), look->gross * p.a);
	bool apart = b.low - a.high > allowed, sure, open;
	double median_a = row->a, median_b = row->b;
	char of_a[32], of_b[32];

	/* Pairs decide what moves medians. */
	if (a.count == 0 || b.count == 0 ||
	    (row->demoted && row->b > row->a * (1 + policy->margin) + v->slack))
		return;
	row->unlike |= fabs(b.low - a.low) > v->slack || fabs(b.high - a.high) > v->slack;
	if (p.b - p.a <= allowed)
		return;
	sure = apart ? gate_chance_of_order(a.count, b.count) <= policy->alpha_regression
		     : chance_of_wins(p.wins, p.losses) <= policy->alpha_regression / ROWS_AT_ONCE;
	/* Of a count that varies by nature, a few runs show little. */
	open = (apart && !row->demoted) || (p.b - p.a > gross && p.wins > p.losses &&
					    (!row->demoted || p.n >= RUNS_OF_VARYING));
	if (!sure && !open)
		return;
	row->kind = GATE_EXACT;
	row->demoted = false;
	row->a = p.a;
	row->b = p.b;
	row->change = row->b / row->a - 1;
	row->by_sum = true;
	row->improved = false;
	row->verdict = sure ? GATE_REGRESSION : GATE_INCONCLUSIVE;
	gate_row__note(row,
		       "medians are %s and %s, but some calls of B have many more: these are "
		       "%s",
		       gate_value(median_a, row->unit, of_a, sizeof(of_a)),
		       gate_value(median_b, row->unit, of_b, sizeof(of_b)), look->name);
}

/*
 * ln(B/A) of each pair. Counts may be 0, so half a unit is added to both, as for the logarithm of
 * an odds ratio (Haldane 1956). A time of 0 or less is missing.
 */
static void differences(const struct gate_row *row, const struct gate_values *v, double *d,
			size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double half = row->demoted ? 0.5 : 0;
		double a = v->a[i] + half, b = v->b[i] + half;

		d[i] = a > 0 && b > 0 ? log(b / a) : NAN;
	}
}

/* From ln(B/A). With few pairs there is no bound, which expm1 would turn into -1. */
static double bound_of(double log_bound)
{
	return isfinite(log_bound) ? expm1(log_bound) : log_bound;
}

/* No number between two kinds of pairs is what any pair shows: both are named instead. */
static void describe_split(struct gate_row *row, const double *d, size_t n, double estimate,
			   double margin)
{
	struct gate_split s;
	char low[32], high[32];

	if (row->demoted || !gate_is_split(d, n, estimate, margin, &s))
		return;
	row->split = true;
	row->change = row->b / row->a - 1;
	row->low = row->high = NAN;
	/* If there are as many of either kind, the medians' own change is between them as well. */
	if (log1p(row->change) - s.lower > (s.higher - s.lower) / 10 &&
	    s.higher - log1p(row->change) > (s.higher - s.lower) / 10)
		row->change = NAN;
	gate_row__note(row, "bimodal: %zu %s near %s, %zu near %s", s.below,
		       text_plural((int64_t)s.below, "pair", "pairs"),
		       gate_percent(expm1(s.lower), low, sizeof(low)), s.above,
		       gate_percent(expm1(s.higher), high, sizeof(high)));
}

int gate_estimate_pairs(struct gate_row *row, const struct gate_values *v,
			const struct gate_policy *policy)
{
	size_t n = v->count_a < v->count_b ? v->count_a : v->count_b;
	double *d = calloc(n ? n : 1, sizeof(*d));
	double margin = log1p(policy->margin);
	struct interval interval;
	int err = d ? 0 : -ENOMEM;

	if (!err) {
		differences(row, v, d, n);
		err = interval__pseudomedian(d, n, CONFIDENCE_ALPHA, &interval);
	}
	if (!err) {
		row->pairs = gate_count(d, n);
		row->change = expm1(interval.estimate);
		row->low = bound_of(interval.low);
		row->high = bound_of(interval.high);
		row->spread = gate_spread(d, n);
		describe_split(row, d, n, interval.estimate, margin);
		row->p_regression = gate_greater(d, n, margin);
		row->p_pass = gate_less(d, n, margin);
		row->p_better = gate_less(d, n, 0);
		/* A slow cross-check, only for what is about to be reported; a simulation, which
		 * draws fewer swaps, does without. */
		if (row->kind == GATE_STATISTICAL && row->p_regression <= policy->alpha_pass &&
		    policy->swaps >= GATE_SWAPS)
			row->p_permutation = gate_permutation(d, n, margin, policy->seed);
	}
	free(d);
	return err;
}

static void note_few_pairs(struct gate_row *row)
{
	gate_row__note(row, "%zu %s of runs cannot decide; it takes 5", row->pairs,
		       text_plural((int64_t)row->pairs, "pair", "pairs"));
	row->few_pairs = true;
}

/* What an inconclusive row could have shown, and how many pairs a decision would take. */
static void explain_inconclusive(struct gate_row *row, const struct gate_report *report,
				 size_t family)
{
	double margin = log1p(report->margin), effect = log1p(row->change);
	double alpha = report->alpha_regression / (double)family;

	row->smallest = expm1(gate_smallest_effect(row->spread, row->pairs, margin, alpha));
	row->needed = gate_pairs_needed(row->spread, effect, margin,
					effect > margin ? alpha : report->alpha_pass);
	if (!isfinite(row->needed))
		row->needed = NAN;
	if (!row->note[0] && ldexp(1, -(int)row->pairs) > report->alpha_pass)
		note_few_pairs(row);
}

/*
 * A mean or a tail beyond its margin never passes; within it, it does. Noise of rare samples is far
 * larger than that of medians, so that proof of a pass would be out of reach on most machines.
 */
static void decide_pooled(struct gate_row *row, bool above, const struct gate_report *report)
{
	double margin = row->of->kind == METRIC_MEAN ? report->margin_mean : report->margin_tail;
	bool few = ldexp(1, -(int)row->pairs) > report->alpha_pass;

	/* 1.1 - 1 is above 0.1. */
	row->verdict = above					? GATE_REGRESSION
		       : few || !(row->change <= margin + 1e-9) ? GATE_INCONCLUSIVE
								: GATE_PASS;
	if (row->verdict == GATE_INCONCLUSIVE && !row->note[0] && few)
		note_few_pairs(row);
	else if (row->verdict == GATE_INCONCLUSIVE && !row->note[0])
		gate_row__note(row, "beyond its margin of %.3g %%, but %s (p = %.2g)", 100 * margin,
			       "too few pairs show it to be sure", row->p_regression);
}

/* What the families of all rows reject, one per statistical row. */
struct rejected {
	double *p;
	bool *slower, *better, *moved;
	size_t family; /* of the statistical rows */
};

static bool is_statistical(const struct gate_row *row)
{
	return row->kind == GATE_STATISTICAL;
}

static bool is_pooled(const struct gate_row *row)
{
	return row->pooled;
}

/* Holm's procedure over one p of each row that is in the family. Returns its size, or -ENOMEM. */
static int reject(double *p, const struct gate_report *report, size_t p_at,
		  bool (*is_in)(const struct gate_row *row), bool *rejected)
{
	size_t n = 0;
	int err;

	for (size_t i = 0; i < report->row_count; i++) {
		if (is_in(&report->rows[i]))
			p[n++] = *(const double *)((const char *)&report->rows[i] + p_at);
	}
	err = gate_holm(p, n, report->alpha_regression, rejected);
	return err ? err : (int)n;
}

static int reject_all(struct rejected *r, const struct gate_report *report)
{
	int n = reject(r->p, report, offsetof(struct gate_row, p_regression), is_statistical,
		       r->slower);

	r->family = n < 0 ? 0 : (size_t)n;
	if (n >= 0)
		n = reject(r->p, report, offsetof(struct gate_row, p_better), is_statistical,
			   r->better);
	if (n >= 0)
		n = reject(r->p, report, offsetof(struct gate_row, p_more), is_pooled, r->moved);
	return n < 0 ? n : 0;
}

static void decide_median(struct gate_row *row, bool slower, const struct gate_report *report,
			  size_t family)
{
	if (slower)
		row->verdict = GATE_REGRESSION;
	else if (row->p_pass <= report->alpha_pass)
		row->verdict = GATE_PASS;
	else
		row->verdict = GATE_INCONCLUSIVE;
	if (row->verdict == GATE_INCONCLUSIVE && !row->split)
		explain_inconclusive(row, report, family);
	/* A few wild pairs move the means that it looks at, but not ranks. */
	if (slower && !row->split && row->p_permutation > report->alpha_pass)
		gate_row__note(row, "sign-flip permutation of the means does not agree (p = %.2g)",
			       row->p_permutation);
	/* Half a unit is no base for a percentage. */
	if (row->demoted && row->a == 0)
		row->change = row->low = row->high = NAN;
}

static void leave_undecided(struct gate_row *row)
{
	row->verdict = GATE_INCONCLUSIVE;
	row->p_regression = row->p_pass = row->p_better = row->p_permutation = row->p_more = NAN;
}

/*
 * The levels of this look. A pass that waits for the last look has all of its level there: before,
 * rows are only shown.
 */
static void set_levels(struct gate_report *report, const struct gate_policy *policy)
{
	report->alpha_regression = policy->alpha_regression;
	report->alpha_pass = policy->alpha_pass;
	for (size_t i = 0; i < report->row_count; i++)
		report->waits |= report->rows[i].pooled && is_statistical(&report->rows[i]);
	if (policy->look_count == 0)
		return;
	report->alpha_regression = gate_alpha(policy->alpha_regression, policy->looks,
					      policy->look_count, policy->look);
	if (!report->waits)
		report->alpha_pass = gate_alpha(policy->alpha_pass, policy->looks,
						policy->look_count, policy->look);
}

static void decide_rows(struct gate_report *report, const struct rejected *r, bool in_turn)
{
	size_t statistical = 0, pooled = 0;

	for (size_t i = 0; i < report->row_count; i++) {
		struct gate_row *row = &report->rows[i];
		size_t place = statistical;

		if (row->pooled)
			row->moved = r->moved[pooled++] && in_turn && row->change > report->margin;
		if (!is_statistical(row))
			continue;
		statistical++;
		if (!in_turn) {
			leave_undecided(row);
			continue;
		}
		if (row->pooled)
			decide_pooled(row, r->slower[place], report);
		else
			decide_median(row, r->slower[place], report, r->family);
		row->improved = row->verdict == GATE_PASS && r->better[place];
	}
}

int gate_decide_pairs(struct gate_report *report, const struct gate_policy *policy, bool in_turn)
{
	size_t room = report->row_count ? report->row_count : 1;
	struct rejected r = {
		.p = calloc(room, sizeof(double)),
		.slower = calloc(room, sizeof(bool)),
		.better = calloc(room, sizeof(bool)),
		.moved = calloc(room, sizeof(bool)),
	};
	int err = r.p && r.slower && r.better && r.moved ? 0 : -ENOMEM;

	set_levels(report, policy);
	if (!err)
		err = reject_all(&r, report);
	if (!err)
		decide_rows(report, &r, in_turn);
	free(r.p);
	free(r.slower);
	free(r.better);
	free(r.moved);
	return err;
}

size_t gate_keep_confirmed(struct gate_report *report, struct gate_report *again, size_t fresh)
{
	size_t confirmed = 0;

	for (size_t i = 0; i < report->row_count; i++) {
		struct gate_row *row = &report->rows[i];
		const struct gate_row *other = gate_report__row_like(again, row);

		if (row->kind != GATE_STATISTICAL || row->verdict != GATE_REGRESSION)
			continue;
		if (other && other->p_regression <= GATE_CONFIRM_ALPHA) {
			confirmed++;
			continue;
		}
		row->verdict = GATE_INCONCLUSIVE;
		if (fresh == report->pairs)
			gate_row__note(row, "slower in %zu %s, but not again in %zu fresh %s",
				       report->pairs,
				       text_plural((int64_t)report->pairs, "pair", "pairs"), fresh,
				       text_plural((int64_t)fresh, "one", "ones"));
		else
			gate_row__note(row,
				       "slower in %zu %s, but %zu of the fresh pairs that must "
				       "confirm it %s here: confirm-*.jsonl",
				       report->pairs,
				       text_plural((int64_t)report->pairs, "pair", "pairs"), fresh,
				       text_plural((int64_t)fresh, "is", "are"));
	}
	return confirmed;
}
