// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/gate/compare/paired.h"

#define CASES	    "user/gate/compare/tests/gate_r.txt" /* gate_r.R describes it */
#define NUMBERS_MAX 256

/* Equal doubles, including infinities and NAN. */
#define assert_close(value, expected) assert_near(value, expected, 1e-9, __LINE__)

static void assert_near(double value, double expected, double relative, int line)
{
	if (isnan(expected) ? isnan(value) : value == expected)
		return;
	if (!(fabs(value - expected) <= relative * fabs(expected) + 1e-15))
		fail_msg("line %d: %.17g is not %.17g", line, value, expected);
}

/* Calls `check` with the numbers of each of R's cases of a kind; there are `expected`. */
static void each_case(const char *kind, int expected, void (*check)(const double *v, size_t n))
{
	FILE *in = fopen(CASES, "re");
	char line[4096], *at, *end;
	double v[NUMBERS_MAX] = {0};
	int seen = 0;

	assert_non_null(in);
	while (fgets(line, sizeof(line), in)) {
		size_t n = 0;

		assert_non_null(strchr(line, '\n'));
		at = strchr(line, ' ');
		assert_non_null(at);
		if (strncmp(line, kind, at - line) || kind[at - line])
			continue;
		for (; v[n] = strtod(at, &end), end != at; at = end)
			assert_true(++n < NUMBERS_MAX);
		assert_string_equal(at, "\n");
		check(v, n);
		seen++;
	}
	fclose(in);
	assert_int_equal(seen, expected);
}

enum { CENTRE, GREATER, LESS, FLIP, ALPHA, ESTIMATE, LOW, HIGH, SPREAD, DIFFERENCES };

static void check_tied(const double *v, size_t n)
{
	const double *d = v + DIFFERENCES;

	assert_true(n > DIFFERENCES);
	n -= DIFFERENCES;
	assert_close(gate_greater(d, n, v[CENTRE]), v[GREATER]);
	assert_close(gate_less(d, n, v[CENTRE]), v[LESS]);
	assert_close(gate_spread(d, n), v[SPREAD]);
	if (!isnan(v[FLIP]))
		assert_close(gate_permutation(d, n, v[CENTRE], 1), v[FLIP]);
}

static void check_untied(const double *v, size_t n)
{
	struct interval interval;

	check_tied(v, n);
	assert_int_equal(
		interval__pseudomedian(v + DIFFERENCES, n - DIFFERENCES, v[ALPHA], &interval), 0);
	assert_close(interval.estimate, v[ESTIMATE]);
	assert_close(interval.low, v[LOW]);
	assert_close(interval.high, v[HIGH]);
}

TEST(without_ties_it_agrees_with_r)
{
	each_case("untied", 20, check_untied);
}

TEST(with_ties_and_zeros_the_distribution_is_exact)
{
	each_case("tied", 21, check_tied);
}

static void check_holm(const double *v, size_t n)
{
	double p[NUMBERS_MAX / 2];
	bool rejected[NUMBERS_MAX / 2];

	assert_int_equal(n % 2, 1);
	n /= 2;
	for (size_t i = 0; i < n; i++)
		p[i] = v[1 + 2 * i];
	assert_int_equal(gate_holm(p, n, v[0], rejected), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rejected[i], (int)v[2 + 2 * i]);
}

TEST(holm_agrees_with_r)
{
	each_case("holm", 12, check_holm);
}

TEST(holm_never_rejects_a_missing_value)
{
	const double p[] = {NAN, 0.009, NAN, 0.012};
	bool rejected[4];

	/* Four in the family: 0.05 / 4 and 0.05 / 3. */
	assert_int_equal(gate_holm(p, 4, 0.05, rejected), 0);
	assert_false(rejected[0]);
	assert_true(rejected[1]);
	assert_false(rejected[2]);
	assert_true(rejected[3]);
	assert_int_equal(gate_holm(p, 4, 0.03, rejected), 0);
	assert_false(rejected[1]);
	assert_int_equal(gate_holm(p, 0, 0.05, rejected), 0);
}

static void check_normal(const double *v, size_t n)
{
	assert_int_equal(n, 2);
	assert_close(gate_normal_quantile(v[0]), v[1]);
}

TEST(normal_quantiles_agree_with_r)
{
	each_case("normal", 13, check_normal);
}

static void check_power(const double *v, size_t n)
{
	assert_int_equal(n, 6);
	assert_close(gate_smallest_effect(v[0], (size_t)v[1], v[2], v[3]), v[4]);
	assert_close(gate_pairs_needed(v[0], 1.5 * v[4], v[2], v[3]), v[5]);
}

TEST(power_agrees_with_r)
{
	each_case("power", 8, check_power);
	/* 2^-6 > 0.01: six pairs can never reject. At the margin itself there is no effect. */
	assert_true(isinf(gate_smallest_effect(0.01, 6, 0.03, 0.01)));
	assert_false(isinf(gate_smallest_effect(0.01, 7, 0.03, 0.01)));
	assert_true(isinf(gate_smallest_effect(NAN, 40, 0.03, 0.01)));
	assert_true(isinf(gate_smallest_effect(0.01, 0, 0.03, 0.01)));
	assert_true(isinf(gate_pairs_needed(0.01, 0.03, 0.03, 0.01)));
	assert_true(isinf(gate_pairs_needed(0.01, NAN, 0.03, 0.01)));
}

/* A normal deviate from a fixed stream. */
static double normal(uint64_t *stream)
{
	double u = ((double)(gate_random(stream) >> 11) + 0.5) / 0x1p53;

	return gate_normal_quantile(u);
}

static void draw(uint64_t *stream, double *d, size_t n, double mean, double spread)
{
	for (size_t i = 0; i < n; i++)
		d[i] = mean + spread * normal(stream);
}

/* The smallest effect shows as often as estimated, in 2,000 trials. */
TEST(an_effect_of_that_size_shows_four_times_in_five)
{
	const double margin = log(1.03), spread = 0.05, alpha = 0.01;
	double effect = gate_smallest_effect(spread, 40, margin, alpha), d[40];
	uint64_t stream = 1;
	int shown = 0;

	for (int i = 0; i < 2000; i++) {
		draw(&stream, d, 40, effect, spread);
		shown += gate_greater(d, 40, margin) <= alpha;
	}
	assert_in_range(shown, 1520, 1720);
}

/* At the margin itself, no more trials reject than alpha allows (5 %: 100 +- 4 sigma). */
TEST(no_more_than_alpha_reject_at_the_margin)
{
	uint64_t stream = 2;
	double d[16];
	int greater = 0, less = 0;

	for (int i = 0; i < 2000; i++) {
		draw(&stream, d, 16, 0.03, 0.05);
		greater += gate_greater(d, 16, 0.03) <= 0.05;
		less += gate_less(d, 16, 0.03) <= 0.05;
	}
	assert_in_range(greater, 50, 140);
	assert_in_range(less, 50, 140);
}

static void shuffle(uint64_t *stream, double *d, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = gate_random(stream) % i;
		double kept = d[i - 1];

		d[i - 1] = d[k];
		d[k] = kept;
	}
}

static void same_interval(const struct interval *a, const struct interval *b)
{
	assert_close(a->estimate, b->estimate);
	assert_close(a->low, b->low);
	assert_close(a->high, b->high);
}

TEST(order_scale_and_sign_do_not_matter)
{
	struct interval before, after;
	uint64_t stream = 3;
	double d[24], scaled[24], p, q;

	for (size_t n = 1; n <= 24; n++) {
		draw(&stream, d, n, 0.25, 1);
		for (size_t i = 0; i + 4 < n; i += 5)
			d[i] = d[i + 4]; /* ties */
		p = gate_greater(d, n, 0.125);
		q = gate_permutation(d, n, 0.125, 7);
		interval__pseudomedian(d, n, 0.05, &before);
		for (size_t i = 0; i < n; i++)
			scaled[i] = 4 * d[i];
		assert_close(gate_greater(scaled, n, 0.5), p);
		assert_close(gate_permutation(scaled, n, 0.5, 7), q);
		assert_close(gate_spread(scaled, n), 4 * gate_spread(d, n));
		for (size_t i = 0; i < n; i++)
			scaled[i] = -d[i];
		assert_close(gate_less(scaled, n, -0.125), p);
		shuffle(&stream, d, n);
		assert_close(gate_greater(d, n, 0.125), p);
		interval__pseudomedian(d, n, 0.05, &after);
		same_interval(&after, &before);
		assert_true(after.low <= after.estimate && after.estimate <= after.high);
	}
}

TEST(missing_values_do_not_count)
{
	const double gaps[] = {NAN, 0.01, 0.04, NAN, 0.05, -0.02, 0.03, NAN};
	const double none[] = {0.01, 0.04, 0.05, -0.02, 0.03};
	const double only[] = {NAN, NAN};
	struct interval a, b;

	assert_int_equal(gate_count(gaps, 8), 5);
	assert_close(gate_greater(gaps, 8, 0), gate_greater(none, 5, 0));
	assert_close(gate_permutation(gaps, 8, 0, 1), gate_permutation(none, 5, 0, 1));
	assert_close(gate_spread(gaps, 8), gate_spread(none, 5));
	interval__pseudomedian(gaps, 8, 0.1, &a);
	interval__pseudomedian(none, 5, 0.1, &b);
	same_interval(&a, &b);
	assert_close(gate_greater(only, 2, 0), 1);
	interval__pseudomedian(only, 2, 0.1, &a);
	assert_true(isnan(a.estimate) && isinf(a.low) && isinf(a.high));
	assert_true(isnan(gate_spread(only, 2)));
}

TEST(few_or_equal_values_do_not_decide)
{
	const double one[] = {5}, constant[] = {1, 1, 1, 1, 1, 1, 1};
	struct interval interval;

	assert_close(gate_greater(one, 1, 0), 0.5);
	assert_close(gate_greater(one, 1, 5), 1);
	assert_close(gate_permutation(one, 1, 0, 1), 0.5);
	assert_close(gate_greater(one, 0, 0), 1);
	assert_true(isnan(gate_spread(one, 1)));
	interval__pseudomedian(one, 1, 0.05, &interval);
	assert_close(interval.estimate, 5);
	assert_true(isinf(interval.low) && isinf(interval.high));
	for (size_t n = 1; n <= 7; n++) {
		assert_close(gate_greater(constant, n, 0), ldexp(1, -(int)n));
		assert_close(gate_less(constant, n, 0), 1);
		assert_close(gate_less(constant, n, 2), ldexp(1, -(int)n));
	}
	assert_close(gate_spread(constant, 7), 0);
	/* 2^-5 and 2^-6 on each side: the extremes bound 94 %. */
	interval__pseudomedian(constant, 5, 0.05, &interval);
	assert_true(isinf(interval.low));
	interval__pseudomedian(constant, 5, 0.0625, &interval);
	assert_close(interval.low, 1);
	assert_close(interval.high, 1);
}

TEST(a_sum_of_zeros_is_no_evidence)
{
	double zeros[16] = {0};

	assert_close(gate_greater(zeros, 16, 0), 1);
	assert_close(gate_less(zeros, 16, 0), 1);
	assert_close(gate_permutation(zeros, 16, 0, 1), 1);
	assert_close(gate_less(zeros, 16, 0.03), 0x1p-16);
}

/* A change of exactly the margin is not beyond it, however its logarithm is rounded. */
TEST(a_change_of_exactly_the_margin_is_no_evidence)
{
	double d[40];

	for (int percent = 1; percent <= 30; percent++) {
		double margin = log1p(percent / 100.0);

		/* The times of A and B, each of them whole. */
		for (int i = 0; i < 40; i++)
			d[i] = log((100.0 + percent) * (i + 7) / (100.0 * (i + 7)));
		assert_true(gate_greater(d, 40, margin) == 1);
		assert_true(gate_less(d, 40, margin) == 1);
		assert_true(gate_permutation(d, 40, margin, 1) == 1);
	}
}

TEST(a_wild_pair_does_not_decide)
{
	double d[] = {0.01, -0.01, 0.02, -0.02, 0.005, -0.005, 0.015, -0.015, 0, 1e6};
	struct interval interval;

	interval__pseudomedian(d, 10, 0.05, &interval);
	assert_true(interval.estimate < 0.02);
	assert_true(gate_greater(d, 10, 0.03) > 0.5);
	assert_true(gate_spread(d, 10) < 0.05);
}

TEST(drawn_signs_agree_with_all_of_them)
{
	uint64_t stream = 5;
	double d[40], exact, drawn;

	draw(&stream, d, 20, 0.02, 0.05);
	exact = gate_permutation(d, 20, 0, 1);
	/* Twenty further values of 0 make 40, for which signs are drawn. */
	for (size_t i = 20; i < 40; i++)
		d[i] = 0;
	drawn = gate_permutation(d, 40, 0, 1);
	assert_true(fabs(exact - drawn) < 0.006);
	assert_close(gate_permutation(d, 40, 0, 1), drawn); /* the same seed, the same value */
	for (size_t i = 0; i < 40; i++)
		d[i] = 1;
	assert_close(gate_permutation(d, 40, 0, 1), 1 / 100001.0);
}

TEST(alpha_is_spent_once)
{
	const size_t looks[] = {16, 40};
	const size_t three[] = {5, 10, 40};

	assert_close(gate_alpha(0.01, looks, 2, 0), 0.004);
	assert_close(gate_alpha(0.01, looks, 2, 1), 0.006);
	assert_close(gate_alpha(0.05, three, 3, 0) + gate_alpha(0.05, three, 3, 1) +
			     gate_alpha(0.05, three, 3, 2),
		     0.05);
	assert_close(gate_alpha(0.05, three, 1, 0), 0.05);
}

TEST(too_many_pairs_are_refused)
{
	static double d[GATE_PAIRS_MAX + 1];
	struct interval interval;

	for (size_t i = 0; i <= GATE_PAIRS_MAX; i++)
		d[i] = 1 + (double)i;
	assert_close(gate_greater(d, GATE_PAIRS_MAX, 0), ldexp(1, -GATE_PAIRS_MAX));
	assert_int_equal(interval__pseudomedian(d, GATE_PAIRS_MAX, 0.05, &interval), 0);
	assert_true(isnan(gate_greater(d, GATE_PAIRS_MAX + 1, 0)));
	assert_true(isnan(gate_permutation(d, GATE_PAIRS_MAX + 1, 0, 1)));
	assert_int_equal(interval__pseudomedian(d, GATE_PAIRS_MAX + 1, 0.05, &interval), -E2BIG);
}
