// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Means and tails: what medians of runs do not see. */
#include <math.h>
#include <stdio.h>

#include "bench/tests/unit.h"
#include "user/gate/compare/paired.h"
#include "user/gate/compare/pooled.h"
#include "user/gate/tests/gate_runs.h"

#define PAIRS  40
#define IN_RUN 30 /* of a run */

static double uniform(uint64_t *stream)
{
	return ((double)(gate_random(stream) >> 11) + 0.5) / 0x1p53;
}

/* A run of forks around 100 us, in which a share of samples is slower by a factor. */
static void fill_run(struct run *r, uint64_t *stream, double share, double factor)
{
	struct cell *c = add_cell(r, "fork", 64 * MIB, "none", 0);

	c->n = IN_RUN;
	for (size_t kind = 0; kind < 2; kind++) {
		struct series *s = &c->samples[kind ? SAMPLE_total_ns : SAMPLE_spawn_ns];

		fill(s, IN_RUN, 0);
		for (size_t i = 0; i < IN_RUN; i++) {
			double ns = 1e5 * exp(0.05 * gate_normal_quantile(uniform(stream)));

			s->v[i] = (int64_t)(uniform(stream) < share ? factor * ns : ns);
		}
	}
}

struct slow {
	double runs;	/* this share of B's runs */
	double samples; /* has this share of samples */
	double factor;	/* that are slower by it */
};

/* The verdict on B with slow samples, which A does not have. */
static enum gate_verdict verdict_on(uint64_t seed, const struct slow *slow)
{
	make_runs(PAIRS);
	policy.swaps = 2000;
	for (size_t i = 0; i < PAIRS; i++) {
		bool is_slow = uniform(&seed) < slow->runs;

		fill_run(&a[i], &seed, 0, 1);
		fill_run(&b[i], &seed, is_slow ? slow->samples : 0, slow->factor);
	}
	return compare();
}

/* Whether a row other than the medians decides. */
static bool names_a_tail(void)
{
	return strstr(report.headline, "_mean") || strstr(report.headline, "_tail") ||
	       strstr(report.headline, "_p99");
}

TEST(gross_tails_do_not_pass)
{
	static const struct slow cases[] = {
		{1, 0.35, 100}, {1, 0.05, 100}, {1, 0.01, 10}, {0.15, 1, 3}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (uint64_t seed = 1; seed <= 5; seed++) {
			assert_int_not_equal(verdict_on(100 * seed, &cases[i]), GATE_PASS);
			assert_true(names_a_tail());
			/* The medians see none of these. */
			if (cases[i].samples < 0.1)
				assert_int_equal(find_row("call")->verdict, GATE_PASS);
		}
	}
	/* What is in every run is certain. */
	assert_int_equal(verdict_on(7, &cases[0]), GATE_REGRESSION);
	assert_int_equal(verdict_on(7, &cases[1]), GATE_REGRESSION);
	/* Without slow samples there is a pass, which says what it covers. */
	assert_int_equal(verdict_on(7, &(struct slow){0, 0, 1}), GATE_PASS);
	assert_string_equal(report.headline,
			    "1 exact metric not worse, 2 timed metrics less than 3 % slower (40 "
			    "pairs of runs), means within 10 %, tails within 100 %");
}

TEST(a_pass_of_medians_says_what_else_moved)
{
	verdict_on(3, &(struct slow){1, 0.02, 10});
	assert_int_equal(compare_metrics("call"), GATE_PASS);
	assert_non_null(strstr(report.headline, "; but fork at 64M: "));
	assert_int_equal(find_row("call_p99")->kind, GATE_SHOWN);
	assert_true(find_row("call_p99")->moved);
	assert_true(find_row("call_p99")->change > 5);
	assert_int_equal(compare_metrics("call_p99"), GATE_REGRESSION);
}

TEST(too_few_samples_are_no_tail)
{
	verdict_on(3, &(struct slow){1, 0.02, 10});
	for (size_t i = 0; i < PAIRS; i++) {
		b[i].cells[0].samples[SAMPLE_spawn_ns].n = 24; /* 960 */
		b[i].cells[0].n = 24;
	}
	compare_metrics("call");
	assert_null(find_row("call_tail"));
	assert_int_equal(compare_metrics("call_tail"), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "960 samples of a side show no tail"));
	assert_int_equal(compare_metrics("call_p99"), GATE_INCONCLUSIVE);
	for (size_t i = 0; i < PAIRS; i++)
		b[i].cells[0].samples[SAMPLE_spawn_ns].n = b[i].cells[0].n = 25; /* 1000 */
	compare_metrics("call");
	assert_non_null(find_row("call_tail"));
}

TEST(a_mean_exactly_at_its_margin_passes)
{
	double us[12], tenth[12];
	char text[32];

	for (size_t i = 0; i < 12; i++) {
		us[i] = 100;
		tenth[i] = 110;
	}
	make_timed_runs(us, tenth, 12);
	assert_int_equal(compare_metrics("call_mean"), GATE_PASS);
	/* Just beyond it: the p is that of the margin, which each swap of equal runs reaches. */
	for (size_t i = 0; i < 12; i++)
		tenth[i] = i ? 110 : 111;
	make_timed_runs(us, tenth, 12);
	assert_int_equal(compare_metrics("call_mean"), GATE_INCONCLUSIVE);
	assert_true(find_row("call_mean")->p_regression > 0.01);
	assert_true(find_row("call_mean")->p_more < 0.001);
	snprintf(text, sizeof(text), "(p = %.2g)", find_row("call_mean")->p_regression);
	assert_non_null(strstr(find_row("call_mean")->note, text));
}

TEST(a_fall_is_no_warning)
{
	const double us[1] = {100}, less[1] = {90}, more[1] = {150};

	/* The mean fell by less than the median. */
	make_timed_runs(us, less, 1);
	b->cells[0].samples[SAMPLE_spawn_ns].v[VALUES - 1] = 130 * US;
	compare_metrics("times");
	assert_null(strstr(report.headline, "but fork"));
	/* Nor is a rise that the headline has already. */
	make_timed_runs(us, more, 1);
	compare_metrics("times");
	assert_null(strstr(report.headline, "call_mean +50.0 %"));
}

/* Three pairs of two samples: all eight ways to swap them, by hand. */
TEST(the_test_swaps_whole_pairs)
{
	int64_t of_a[] = {1, 2, 2, 3, 1, 3}, of_b[] = {4, 4, 2, 4, 2, 8};
	struct series s[6], *in[6];
	struct gate_pooled p;

	for (size_t i = 0; i < 6; i++) {
		s[i] = (struct series){.v = (i < 3 ? of_a : of_b) + 2 * (i % 3), .n = 2};
		in[i] = &s[i];
	}
	assert_int_equal(gate_pool(metric_by_name("call_mean"), (const struct series **)in,
				   (const struct series **)in + 3, 3, 0, 1000, 1, &p),
			 0);
	assert_int_equal(p.pairs, 3);
	assert_int_equal(p.samples[0], 6);
	assert_float_equal(p.a, 2, 1e-12);
	assert_float_equal(p.b, 4, 1e-12);
	/* B is larger in each pair: of the eight only the one seen has as large a ratio. */
	assert_float_equal(p.p_more, 0.125, 1e-12);
	assert_float_equal(p.p_better, 1, 1e-12);
	/* Against a margin of 100 % the sums are 12 and 12, as after swapping all: ratios are 1. */
	assert_int_equal(gate_pool(metric_by_name("call_mean"), (const struct series **)in,
				   (const struct series **)in + 3, 3, 1, 1000, 1, &p),
			 0);
	/* Pairs 3|4, 5|3, 4|5: the differences 1, -2 and 1 are at least 0 in 5 of 8 ways. */
	assert_float_equal(p.p_regression, 0.625, 1e-12);
	/* A pair without samples on one side is none. */
	in[4] = NULL;
	assert_int_equal(gate_pool(metric_by_name("call_mean"), (const struct series **)in,
				   (const struct series **)in + 3, 3, 0, 1000, 1, &p),
			 0);
	assert_int_equal(p.pairs, 2);
	assert_float_equal(p.p_more, 0.25, 1e-12);
}

/* 1 % is promised for both claims together with those of medians. */
TEST(equal_tails_are_no_alarm)
{
	size_t wrong = 0;

	for (uint64_t seed = 0; seed < 60; seed++) {
		make_runs(PAIRS);
		for (size_t i = 0; i < PAIRS; i++) {
			uint64_t stream = 1000 * seed + i;

			fill_run(&a[i], &stream, 0.01, 10);
			fill_run(&b[i], &stream, 0.01, 10);
		}
		policy.swaps = 2000;
		wrong += compare() == GATE_REGRESSION;
		for (size_t i = 0; i < report.row_count; i++)
			wrong += report.rows[i].improved;
	}
	assert_in_range(wrong, 0, 3);
}
