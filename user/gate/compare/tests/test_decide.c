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
	assert_int_equal(verdict_at(1, 8, 10, 0.0001), GATE_REGRESSION);
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

TEST(the_error_of_a_family_is_bounded)
{
	const double us[8] = {100, 100, 100, 100, 100, 100, 100, 100};
	const double slow[8] = {110, 111, 112, 113, 114, 115, 116, 117};

	make_timed_runs(us, slow, 8);
	/* 2^-8 = 0.0039: enough for two metrics at 0.01, but not for the six of three cells. */
	assert_int_equal(compare(), GATE_REGRESSION);
	add_cells("vfork", 1, 100, 100);
	add_cells("spawn", 1, 100, 100);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	/* One of two looks may spend only a part of it. */
	policy.looks[0] = 8;
	policy.looks[1] = 40;
	policy.look_count = 2;
	assert_int_equal(compare_metrics("call"), GATE_INCONCLUSIVE);
	assert_true(fabs(report.alpha_regression - 0.002) < 1e-12);
}

/* Gives eight runs 15 slow samples each. */
static void add_tails(struct run *runs, const double *us, size_t samples, int64_t tail_ns)
{
	for (size_t i = 0; i < 8; i++) {
		struct series *spawn = &runs[i].cells[0].samples[SAMPLE_spawn_ns];

		fill(spawn, samples, (int64_t)(1000 * us[i]));
		for (size_t k = 0; k < 15; k++)
			spawn->v[k] = tail_ns + (int64_t)i;
		runs[i].cells[0].n = samples;
	}
}

TEST(tails_are_shown_and_gate_if_they_are_named)
{
	const double us[8] = {100, 101, 100, 99, 100, 101, 99, 100};

	make_timed_runs(us, us, 8);
	add_tails(a, us, 1000, 1000000);
	add_tails(b, us, 1000, 3000000);
	assert_int_equal(compare(), GATE_PASS);
	assert_int_equal(find_row("call_p99")->kind, GATE_SHOWN);
	assert_float_equal(find_row("call_p99")->change, 2, 0.001);
	assert_int_equal(compare_metrics("call.p99"), GATE_REGRESSION);
	/* Too few samples for a p99. */
	add_tails(b, us, 999, 3000000);
	policy.metrics = 0;
	compare();
	assert_null(find_row("call_p99"));
	assert_int_equal(compare_metrics("call_p99"), GATE_INCONCLUSIVE);
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
			skip_cell(&b[i].cells[1], "no memory");
		for (size_t k = 0; k < VALUES && i % 3 == 0; k++)
			b[i].cells[0].samples[SAMPLE_total_ns].v[k] = MISSING;
	}
	assert_int_equal(compare(), GATE_PASS);
	assert_string_equal(report.headline,
			    "2 exact metrics not worse, 4 timed metrics less than 3 % slower "
			    "(6 to 12 pairs of runs)");
	assert_true(has_note("vfork at 1M: missing in 6 of 12 runs of B: no memory"));
	assert_true(has_note("fork at 1M: total: 4 of 12 runs of B have no value"));
	assert_int_equal(report.note_count, 2);
	/* Four pairs of vforks can show nothing. */
	skip_cell(&b[0].cells[1], "no memory");
	skip_cell(&b[2].cells[1], "no memory");
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "4 pairs of runs cannot decide times"));
}
