// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/decide.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "user/gate/compare/paired.h"

#define CONFIDENCE_ALPHA 0.05 /* of the intervals that are shown */

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

/*
 * Compares values directly if each side's are the same in all of its runs, except for what the
 * layout moves. If they vary by more, the metric is not exact here and pairs decide. One exception:
 * where calls fail more often in each run of B than in any of A, their exact number does not
 * matter.
 */
void gate_decide_exact(struct gate_row *row, const struct gate_values *v,
		       const struct gate_policy *policy)
{
	struct span a = span_of(v->a, v->count_a), b = span_of(v->b, v->count_b);
	double allowed = v->slack + tolerance_of(policy, a.high);
	bool same = a.low == b.low && a.high == b.high && a.low == a.high;

	row->kind = GATE_EXACT;
	row->change = row->a == row->b ? 0 : row->b / row->a - 1;
	row->low = row->high = NAN;
	if (same) {
		row->verdict = GATE_PASS;
		return;
	}
	if (!(gate_row__is_failed(row) && b.low - a.high > allowed) &&
	    (a.high - a.low > v->slack || b.high - b.low > v->slack ||
	     (v->varies && fabs(row->b - row->a) > v->slack))) {
		row->kind = GATE_STATISTICAL;
		row->demoted = true;
		gate_row__note(row, "varies from run to run: compared by pairs");
		if (gate_row__is_failed(row))
			gate_row__note(row,
				       "calls fail in %zu of %zu runs of A, %zu of %zu of B: "
				       "compared by pairs",
				       runs_above(v->a, v->count_a, 0), a.count,
				       runs_above(v->b, v->count_b, 0), b.count);
		return;
	}
	row->verdict = b.low - a.high > allowed ? GATE_REGRESSION : GATE_PASS;
	row->improved = a.low - b.high > allowed;
	if (row->verdict == GATE_PASS && !row->improved && v->slack > 0 &&
	    b.high - a.low > tolerance_of(policy, a.high))
		gate_row__note(row, "the same, except for pages that ASLR moves");
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
		row->p_regression = gate_greater(d, n, margin);
		row->p_pass = gate_less(d, n, margin);
		/* A slow cross-check, only for what is about to be reported. */
		if (row->kind == GATE_STATISTICAL && row->p_regression <= policy->alpha_pass)
			row->p_permutation = gate_permutation(d, n, margin, policy->seed);
	}
	free(d);
	return err;
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
		gate_row__note(row, "%zu pair%s of runs cannot decide; it takes 5", row->pairs,
			       row->pairs == 1 ? "" : "s");
}

static void decide_row(struct gate_row *row, bool slower, const struct gate_report *report,
		       size_t family, bool in_turn)
{
	if (!in_turn) {
		row->verdict = GATE_INCONCLUSIVE;
		row->p_regression = row->p_pass = row->p_permutation = NAN;
		return;
	}
	if (slower)
		row->verdict = GATE_REGRESSION;
	else if (row->p_pass <= report->alpha_pass)
		row->verdict = GATE_PASS;
	else
		row->verdict = GATE_INCONCLUSIVE;
	row->improved = row->verdict == GATE_PASS && row->high < 0;
	if (row->verdict == GATE_INCONCLUSIVE)
		explain_inconclusive(row, report, family);
	/* A few wild pairs move the means that it looks at, but not ranks. */
	if (slower && row->p_permutation > report->alpha_pass)
		gate_row__note(row, "sign-flip permutation of the means does not agree (p = %.2g)",
			       row->p_permutation);
	/* Half a unit is no base for a percentage. */
	if (row->demoted && row->a == 0)
		row->change = row->low = row->high = NAN;
}

int gate_decide_pairs(struct gate_report *report, const struct gate_policy *policy, bool in_turn)
{
	double *p = calloc(report->row_count ? report->row_count : 1, sizeof(*p));
	bool *slower = calloc(report->row_count ? report->row_count : 1, sizeof(*slower));
	size_t next, family = 0;
	int err = p && slower ? 0 : -ENOMEM;

	report->alpha_regression = policy->alpha_regression;
	report->alpha_pass = policy->alpha_pass;
	if (policy->look_count > 0) {
		report->alpha_regression = gate_alpha(policy->alpha_regression, policy->looks,
						      policy->look_count, policy->look);
		report->alpha_pass = gate_alpha(policy->alpha_pass, policy->looks,
						policy->look_count, policy->look);
	}
	for (size_t i = 0; !err && i < report->row_count; i++) {
		if (report->rows[i].kind == GATE_STATISTICAL)
			p[family++] = report->rows[i].p_regression;
	}
	if (!err)
		err = gate_holm(p, family, report->alpha_regression, slower);
	for (size_t i = next = 0; !err && i < report->row_count; i++) {
		if (report->rows[i].kind == GATE_STATISTICAL)
			decide_row(&report->rows[i], slower[next++], report, family, in_turn);
	}
	free(p);
	free(slower);
	return err;
}
