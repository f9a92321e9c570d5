// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How times are decided: by pairs of runs, and at looks. */
#include <math.h>

#include "bench/tests/unit.h"
#include "user/gate/compare/paired.h"
#include "user/gate/tests/gate_runs.h"

#define RUNS_MAX 40
#define SET	 12

/* `count` values around `centre` from a fixed stream; `spread` is a share. */
static void noise(uint64_t *stream, double *us, size_t count, double centre, double spread)
{
	for (size_t i = 0; i < count; i++) {
		double u = ((double)(gate_random(stream) >> 11) + 0.5) / 0x1p53;

		us[i] = centre * exp(spread * gate_normal_quantile(u));
	}
}

static enum gate_verdict verdict_at(uint64_t seed, size_t pairs, double change, double spread)
{
	double us_of_a[RUNS_MAX], us_of_b[RUNS_MAX];

	noise(&seed, us_of_a, pairs, 100, spread);
	noise(&seed, us_of_b, pairs, 100 * (1 + change), spread);
	make_timed_runs(us_of_a, us_of_b, pairs);
	policy.swaps = 1000;
	return compare();
}

TEST(times_are_decided_by_pairs)
{
	assert_int_equal(verdict_at(1, 16, 0, 0.01), GATE_PASS);
	assert_int_equal(verdict_at(1, 16, 0.10, 0.01), GATE_REGRESSION);
	assert_int_equal(verdict_at(1, 16, -0.20, 0.01), GATE_PASS);
	assert_int_equal(verdict_at(1, 16, 0, 0.5), GATE_INCONCLUSIVE);
	assert_int_equal(verdict_at(1, 4, 0, 0.0001), GATE_INCONCLUSIVE);
	assert_int_equal(verdict_at(1, 4, 10, 0.0001), GATE_INCONCLUSIVE);
	assert_int_equal(verdict_at(1, 5, 0, 0.0001), GATE_PASS);
	assert_int_equal(verdict_at(1, 9, 10, 0.0001), GATE_REGRESSION);
}

/* 400 comparisons of equal sides; then at the margin itself. */
TEST(false_alarms_are_as_rare_as_promised)
{
	size_t alarms = 0, passes = 0;

	for (size_t i = 0; i < 400; i++)
		alarms += verdict_at(1000 + i, 16, 0, 0.05) == GATE_REGRESSION;
	assert_int_equal(alarms, 0);
	for (size_t i = 0; i < 400; i++) {
		enum gate_verdict v = verdict_at(5000 + i, 16, 0.03, 0.02);

		alarms += v == GATE_REGRESSION;
		passes += v == GATE_PASS;
	}
	/* 1 % and 5 % are allowed, plus four standard deviations. */
	assert_in_range(alarms, 0, 12);
	assert_in_range(passes, 0, 37);
}

/* Ten cells of equal sides: "better" of any of their rows is a false claim. */
static bool claims_better(uint64_t seed)
{
	double us[RUNS_MAX];
	struct run *sides[2];

	make_runs(16);
	policy.swaps = 1000;
	sides[0] = a;
	sides[1] = b;
	for (size_t k = 0; k < 20; k++) {
		noise(&seed, us, 16, 100, 0.01);
		for (size_t i = 0; i < 16; i++)
			add_cell(&sides[k % 2][i], "fork", (int64_t)(1 + k / 2) * MIB, "none",
				 (int64_t)(1000 * us[i]));
	}
	compare();
	for (size_t i = 0; i < report.row_count; i++) {
		if (report.rows[i].improved)
			return true;
	}
	return false;
}

TEST(better_is_claimed_with_the_care_of_a_regression)
{
	size_t claims = 0;

	for (size_t i = 0; i < 200; i++)
		claims += claims_better(9000 + i);
	/* 1 % is allowed, plus four standard deviations. */
	assert_in_range(claims, 0, 7);
	/* What is better is still seen. */
	assert_int_equal(verdict_at(1, 16, -0.20, 0.01), GATE_PASS);
	assert_true(find_row("call")->improved);
}

TEST(an_inconclusive_row_says_what_would_have_shown)
{
	const struct gate_row *row;

	assert_int_equal(verdict_at(9, 16, 0, 0.2), GATE_INCONCLUSIVE);
	row = find_row("call");
	assert_int_equal(row->verdict, GATE_INCONCLUSIVE);
	assert_int_equal(row->pairs, 16);
	assert_true(row->smallest > 0.1 && row->smallest < 1);
	assert_true(row->needed > 16);
	assert_true(row->low < row->change && row->change < row->high);
	assert_non_null(strstr(report.headline, "16 pairs would show +"));
}

TEST(runs_that_were_not_taken_in_turn_decide_nothing)
{
	const double us[8] = {100, 100, 100, 100, 100, 100, 100, 100};

	make_timed_runs(us, us, 8);
	for (size_t i = 0; i < 8; i++) /* B after all of A */
		set_number(&b[i], "taken_ms", 1000000 + (int64_t)i);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_true(has_note("not taken in turn"));
	policy.in_turn = true;
	assert_int_equal(compare(), GATE_PASS);
	policy.in_turn = false;
	for (size_t i = 0; i < 8; i++)
		set_number(&b[i], "taken_ms", MISSING);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
}

/* The second run of a pair pays 5 %, which is B in each pair, or in every other one. */
TEST(one_side_first_in_each_pair_is_not_in_turn)
{
	const double us[12] = {100, 101, 99, 100, 102, 100, 101, 99, 100, 98, 100, 101};

	make_runs(12);
	for (size_t i = 0; i < 12; i++) {
		add_cell(&a[i], "fork", MIB, "none", (int64_t)(1000 * us[i]));
		add_cell(&b[i], "fork", MIB, "none", (int64_t)(1050 * us[i]));
		set_number(&a[i], "taken_ms", 2000 * (int64_t)i);
		set_number(&b[i], "taken_ms", 2000 * (int64_t)i + 1000);
	}
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_true(has_note("one side was first in nearly every pair"));
	assert_true(isnan(find_row("call")->p_regression));
	/* As well if it was B. */
	for (size_t i = 0; i < 12; i++)
		set_number(&b[i], "taken_ms", 2000 * (int64_t)i - 1000);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	/* Four of twelve in the other order are enough to see it; three are not. */
	for (size_t step = 4; step >= 3; step--) {
		for (size_t i = 0; i < 12; i++)
			set_number(&b[i], "taken_ms", 2000 * (int64_t)i + (i % step ? -1000 : 900));
		compare();
		assert_true(isfinite(find_row("call")->p_regression) == (step == 3));
	}
	/* Of two runs of the same time it is not known. */
	for (size_t i = 0; i < 12; i++)
		set_number(&b[i], "taken_ms", 2000 * (int64_t)i);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_true(isnan(find_row("call")->p_regression));
}

/* 16 of 40 runs of B are three times slower. */
TEST(no_estimate_is_between_two_kinds_of_pairs)
{
	double us_of_a[RUNS_MAX], us_of_b[RUNS_MAX];
	uint64_t seed = 4;

	noise(&seed, us_of_a, 40, 500, 0.01);
	noise(&seed, us_of_b, 40, 500, 0.01);
	for (size_t i = 0; i < 16; i++)
		us_of_b[(7 * i) % 40] *= 3;
	make_timed_runs(us_of_a, us_of_b, 40);
	compare_metrics("call");
	assert_non_null(strstr(report.headline, ": bimodal: 24 pairs near "));
	assert_non_null(strstr(report.headline, ", 16 near +"));
	assert_null(strstr(report.headline, "would show"));
	/* The change is that of the two numbers beside it. */
	assert_true(fabs(find_row("call")->change) < 0.1);
	/* Half and half: not even the medians are what a pair shows. */
	for (size_t i = 16; i < 20; i++)
		us_of_b[(7 * i) % 40] *= 3;
	make_timed_runs(us_of_a, us_of_b, 40);
	compare_metrics("call");
	assert_non_null(strstr(report.headline, ": bimodal: 20 pairs near "));
	assert_true(isnan(find_row("call")->change));
	assert_null(strstr(report.headline, "call +"));
	for (size_t i = 16; i < 20; i++)
		us_of_b[(7 * i) % 40] /= 3;
	/* Both sides of two kinds, by chance: most pairs are near zero, and so is the estimate. */
	for (size_t i = 0; i < 40; i++)
		us_of_a[i] *= i % 3 ? 1 : 1.3;
	for (size_t i = 0; i < 40; i++)
		us_of_b[i] = us_of_a[(i + 3) % 40];
	make_timed_runs(us_of_a, us_of_b, 40);
	compare_metrics("call");
	assert_false(find_row("call")->split);
}

/* Three of ten pairs rose by 30 %, and they are those in the middle. */
TEST(the_numbers_of_a_row_agree)
{
	double us_of_a[10], us_of_b[10];
	const struct gate_row *row;

	for (size_t i = 0; i < 10; i++) {
		us_of_a[i] = 50 + 10 * (double)i;
		us_of_b[i] = us_of_a[i] * (i >= 4 && i <= 6 ? 1.3 : 1);
	}
	make_timed_runs(us_of_a, us_of_b, 10);
	compare_metrics("call");
	row = find_row("call");
	assert_float_equal(row->b / row->a - 1, 0.247, 0.001);
	assert_true(row->change < 0.1);
	assert_float_equal(gate_row__new(row) / row->a - 1, row->change, 1e-9);
}

TEST(the_error_of_a_family_is_bounded)
{
	const double us[9] = {100, 100, 100, 100, 100, 100, 100, 100, 100};
	const double slow[9] = {110, 111, 112, 113, 114, 115, 116, 117, 118};

	make_timed_runs(us, slow, 9);
	/* 2^-9 = 0.002: enough for two medians and two means at 0.01, but not for those of three
	 * cells. */
	assert_int_equal(compare(), GATE_REGRESSION);
	add_cells("vfork", 1, 100, 100);
	add_cells("spawn", 1, 100, 100);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	/* One of two looks may spend only a part of it. */
	policy.looks[0] = 9;
	policy.looks[1] = 40;
	policy.look_count = 2;
	assert_int_equal(compare_metrics("call"), GATE_INCONCLUSIVE);
	assert_true(fabs(report.alpha_regression - 0.00225) < 1e-12);
}

TEST(few_pairs_leave_no_bound)
{
	make_runs(5);
	add_cells("fork", MIB, 100 * US, 108 * US);
	add_cells("vfork", MIB, 100 * US, 150 * US);
	for (size_t i = 0; i < 5; i++)
		fill(&b[i].cells[1].samples[SAMPLE_spawn_ns], VALUES, 150 * US + (int64_t)i);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(report.rows[0].cell, "vfork at 1M");
	for (size_t i = 0; i < report.row_count; i++) {
		assert_true(isfinite(report.rows[i].change));
		assert_false(isfinite(report.rows[i].low) || isfinite(report.rows[i].high));
	}
}

/* Of B, half of the runs have no vfork, and a third of them no total of a fork. */
TEST(only_measured_pairs_are_claimed)
{
	make_runs(SET);
	add_cells("fork", MIB, 100 * US, 100 * US);
	add_cells("vfork", MIB, 20 * US, 20 * US);
	for (size_t i = 0; i < SET; i++) {
		if (i % 2)
			skip_cell(&a[i].cells[1], "no memory");
	}
	assert_int_equal(compare(), GATE_PASS);
	assert_string_equal(
		report.headline,
		"2 exact metrics not worse, 4 timed metrics less than 3 % slower "
		"(6 to 12 pairs of runs), means within 10 %, tails unknown (30 samples)");
	assert_true(has_note("tails are not compared: a side has 30 samples of a cell"));
	assert_true(has_note("vfork at 1M: missing in 6 of 12 runs of A: no memory"));
	assert_int_equal(report.note_count, 2);
	/* Four pairs of vforks can show nothing. */
	skip_cell(&a[0].cells[1], "no memory");
	skip_cell(&a[2].cells[1], "no memory");
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "4 pairs of runs cannot decide times"));
}
