// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is compared exactly: counts, failed calls, and everything in the lab. */
#include <math.h>

#include "bench/tests/unit.h"
#include "user/gate/tests/gate_runs.h"

/* The verdict on one run a side with these numbers of PTEs. */
static enum gate_verdict count_verdict(int64_t of_a, int64_t of_b, bool random, double tolerance)
{
	make_equal_runs("monotonic");
	fill_counts(COUNT_ptes_copied, of_a, of_b);
	if (random) {
		set_text(a, "aslr_personality", "on");
		set_text(b, "aslr_personality", "on");
	}
	policy.tolerance = tolerance;
	compare_metrics("counts");
	assert_int_equal(find_row("ptes_copied")->kind, GATE_EXACT);
	return report.verdict;
}

TEST(counts_are_compared_directly)
{
	assert_int_equal(count_verdict(16417, 16417, false, 0), GATE_PASS);
	assert_int_equal(count_verdict(16417, 16418, false, 0), GATE_REGRESSION);
	assert_int_equal(count_verdict(16417, 16416, false, 0), GATE_PASS);
	assert_true(find_row("ptes_copied")->improved);
	assert_int_equal(count_verdict(16417, 16499, false, 0.005), GATE_PASS);
	assert_int_equal(count_verdict(16417, 16500, false, 0.005), GATE_REGRESSION);
	assert_int_equal(count_verdict(0, 1, false, 0), GATE_REGRESSION);
	assert_int_equal(count_verdict(0, 0, false, 0), GATE_PASS);
	/* ASLR moves a few pages, but no more. */
	assert_int_equal(count_verdict(16417, 16425, true, 0), GATE_PASS);
	assert_int_equal(count_verdict(16417, 16426, true, 0), GATE_REGRESSION);
	assert_int_equal(count_verdict(16425, 16417, true, 0), GATE_PASS);
	assert_false(find_row("ptes_copied")->improved);
}

TEST(a_count_that_varies_is_demoted)
{
	const int64_t of_a[] = {500, 510, 505, 520, 500, 507};
	const int64_t of_b[] = {700, 690, 720, 705, 688, 731};
	const double us[6] = {100, 100, 100, 100, 100, 100};
	const struct gate_row *row;

	make_timed_runs(us, us, 6);
	for (size_t i = 0; i < 6; i++) {
		fill_count(&a[i].cells[0], COUNT_cow_faults_child, of_a[i]);
		fill_count(&b[i].cells[0], COUNT_cow_faults_child, of_b[i]);
	}
	/* With six pairs, 2^-6 is above the 0.01 that a regression needs. */
	assert_int_equal(compare_metrics("cow_faults_child"), GATE_INCONCLUSIVE);
	row = find_row("cow_faults_child");
	assert_int_equal(row->kind, GATE_STATISTICAL);
	assert_true(row->demoted);
	assert_non_null(strstr(row->note, "varies"));
	assert_true(row->change > 0.35 && row->change < 0.45);
	policy.alpha_regression = 0.05;
	assert_int_equal(compare(), GATE_REGRESSION);
}

TEST(the_lab_is_exact_to_the_instruction)
{
	struct series *of_b;

	make_equal_runs("icount");
	for (size_t i = 0; i < 2; i++) {
		struct cell *c = i ? &b->cells[0] : &a->cells[0];

		set_key(c, "x", "y"); /* any axis is part of the key */
		set_key(c, PROBE_SET_AXIS, "phases");
		fill(&c->phases[PHASE_copy_mm], VALUES, 60000);
	}
	of_b = &b->cells[0].phases[PHASE_copy_mm];
	assert_int_equal(compare(), GATE_PASS);
	of_b->v[1]++; /* not the median */
	assert_int_equal(compare(), GATE_PASS);
	fill(of_b, VALUES, 60060);
	assert_int_equal(compare(), GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 1M x=y: copy_mm +60 instructions a spawn, +0.1 % "
			    "(60000 -> 60060)");
	policy.tolerance_absolute = 60;
	assert_int_equal(compare(), GATE_PASS);
}

static void fail_calls(struct cell *c, size_t count)
{
	fill(&c->errnos, VALUES, 0);
	for (size_t i = 0; i < count; i++)
		c->errnos.v[i] = 11;
}

/* Compares runs of VALUES calls of which these numbers fail in each run. */
static enum gate_verdict compare_failed(const size_t *of_a, const size_t *of_b, size_t count)
{
	make_runs(count);
	add_cells("fork", MIB, 100 * US, 100 * US);
	fill_counts(COUNT_ptes_copied, 256, 256);
	for (size_t i = 0; i < count; i++) {
		fail_calls(&a[i].cells[0], of_a[i]);
		fail_calls(&b[i].cells[0], of_b[i]);
	}
	return compare_metrics("counts");
}

TEST(more_failed_calls_are_a_regression)
{
	const size_t none[8] = {0}, one[8] = {1, 1, 1, 1, 1, 1, 1, 1};
	const size_t some[8] = {0, 2, 1, 0, 0, 3, 0, 1}, most[8] = {4, 3, 4, 4, 5, 4, 3, 4};
	const size_t all[8] = {5, 5, 5, 5, 5, 5, 5, 5};

	assert_int_equal(compare_failed(none, none, 1), GATE_PASS);
	assert_int_equal(compare_failed(none, most, 1), GATE_REGRESSION);
	assert_string_equal(report.headline, "fork at 1M: failed (0 -> 800 of 1000 calls)");
	assert_false(isfinite(find_row("failed")->change));
	assert_int_equal(compare_failed(one, most, 1), GATE_REGRESSION);
	assert_int_equal(compare_failed(none, all, 1), GATE_REGRESSION);
	assert_int_equal(compare_failed(most, one, 1), GATE_PASS);
	assert_true(find_row("failed")->improved);
	assert_int_equal(compare_failed(one, one, 1), GATE_PASS);
	/* With several runs, each must be worse than any of A, or pairs decide. */
	assert_int_equal(compare_failed(none, most, 8), GATE_REGRESSION);
	assert_int_equal(compare_failed(one, most, 3), GATE_REGRESSION);
	assert_int_equal(find_row("failed")->kind, GATE_EXACT);
	assert_int_equal(compare_failed(none, some, 8), GATE_INCONCLUSIVE);
	assert_string_equal(find_row("failed")->note,
			    "calls fail in 0 of 8 runs of A, 4 of 8 of B: compared by pairs");
	assert_false(isfinite(find_row("failed")->change));
}

TEST(a_single_failed_call_is_found_in_the_lab)
{

	make_equal_runs("icount");
	fail_calls(&b->cells[0], 1);
	assert_int_equal(compare(), GATE_REGRESSION);
	assert_int_equal(find_row("failed")->verdict, GATE_REGRESSION);
	assert_true(find_row("failed")->b == 200);
}

TEST(a_value_below_0_decides_nothing)
{
	const double us[8] = {100, 100, 100, 100, 100, 100, 100, 100};

	make_timed_runs(us, us, 8);
	fill_counts(COUNT_ptes_copied, 5, -5);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: ptes_copied: B has a value below 0, which cannot be");
	assert_int_equal(compare_metrics("times"), GATE_PASS);
	/* One call in one run of A. */
	a[3].cells[0].samples[SAMPLE_total_ns].v[2] = -7;
	assert_int_equal(compare_metrics("times"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: total: A has a value below 0, which cannot be");
	/* In the lab each value is exact, and -7 would be less than 200000. */
	set_clocks("icount");
	assert_int_equal(compare_metrics("times"), GATE_INCONCLUSIVE);
}

/* Twelve pairs. In B everything is larger, and the few faults by the largest share. */
TEST(the_most_important_row_comes_first)
{
	static const char *const order[] = {"ptes_copied", "vmas",  "cow_faults_child",
					    "call",	   "total", "copy_mm"};
	static const struct {
		enum count count;
		int64_t a, b;
	} counts[] = {
		{COUNT_cow_faults_child, 3, 4}, /* +33 % */
		{COUNT_vmas, 32, 38},		/* +19 % */
		{COUNT_ptes_copied, 16417, 20513},
		{COUNT_page_table_bytes, MIB, MIB},
	};
	const double us[] = {100, 101, 99, 100, 102, 100, 101, 99, 100, 98, 100, 101};

	make_timed_runs(us, us, 12);
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
		fill_counts(counts[k].count, counts[k].a, counts[k].b);
	for (size_t i = 0; i < 12; i++) {
		struct cell *c = &b[i].cells[0];

		fill(&c->samples[SAMPLE_spawn_ns], VALUES, (int64_t)(1200 * us[i]));
		fill(&c->samples[SAMPLE_total_ns], VALUES, (int64_t)(3000 * us[i]));
		c = add_cell(&a[i], "fork", 64 * MIB, "phases", 1000);
		fill(&c->phases[PHASE_copy_mm], VALUES, 1000 + (int64_t)i);
		c = add_cell(&b[i], "fork", 64 * MIB, "phases", 1000);
		fill(&c->phases[PHASE_copy_mm], VALUES, 4 * (1012 + (int64_t)i));
	}
	assert_int_equal(compare_metrics("all"), GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 64M: ptes_copied +24.9 % (16417 -> 20513 pages); and 5 more");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_string_equal(report.rows[i].metric, order[i]);
		assert_int_equal(report.rows[i].verdict, GATE_REGRESSION);
	}
	/* Without counts, the call comes before its parts, whatever grew by more. */
	policy.metrics = gate_metric_set("times") | gate_metric_set("phases");
	compare();
	assert_non_null(strstr(report.headline, "fork at 64M: call +20.0 % ["));
}
