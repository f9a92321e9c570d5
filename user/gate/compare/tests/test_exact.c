// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What is compared exactly: counts, failed calls, and everything in the lab. */
#include <math.h>

#include "bench/tests/unit.h"
#include "user/gate/tests/gate_runs.h"

/* The verdict on one run a side with these numbers of PTEs. */
static enum gate_verdict count_verdict(int64_t of_a, int64_t of_b, bool random, double tolerance)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a, *b;

	equal_runs(&a, &b, "monotonic");
	fill_count(&a->cells[0], COUNT_ptes_copied, of_a);
	fill_count(&b->cells[0], COUNT_ptes_copied, of_b);
	if (random) {
		set_text(a, "aslr_personality", "on");
		set_text(b, "aslr_personality", "on");
	}
	policy.metrics = gate_metric_set("counts");
	policy.tolerance = tolerance;
	compare(a, b, 1, &policy);
	assert_int_equal(find_row("ptes_copied")->kind, GATE_EXACT);
	free_runs(a, 1);
	free_runs(b, 1);
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
	struct gate_policy policy = gate_policy_default;
	struct run *a = timed_runs(0, us, 6), *b = timed_runs(1, us, 6);
	const struct gate_row *row;

	for (size_t i = 0; i < 6; i++) {
		fill_count(&a[i].cells[0], COUNT_cow_faults_child, of_a[i]);
		fill_count(&b[i].cells[0], COUNT_cow_faults_child, of_b[i]);
	}
	policy.metrics = gate_metric_set("cow_faults_child");
	/* With six pairs, 2^-6 is above the 0.01 that a regression needs. */
	assert_int_equal(compare(a, b, 6, &policy), GATE_INCONCLUSIVE);
	row = find_row("cow_faults_child");
	assert_int_equal(row->kind, GATE_STATISTICAL);
	assert_true(row->demoted);
	assert_non_null(strstr(row->note, "varies"));
	assert_true(row->change > 0.35 && row->change < 0.45);
	policy.alpha_regression = 0.05;
	assert_int_equal(compare(a, b, 6, &policy), GATE_REGRESSION);
	free_runs(a, 6);
	free_runs(b, 6);
}

TEST(the_lab_is_exact_to_the_instruction)
{
	struct gate_policy policy = gate_policy_default;
	struct series *of_b;
	struct run *a, *b;

	equal_runs(&a, &b, "icount");
	for (size_t i = 0; i < 2; i++) {
		struct cell *c = i ? &b->cells[0] : &a->cells[0];

		set_key(c, "x", "y"); /* any axis is part of the key */
		set_key(c, PROBE_SET_AXIS, "phases");
		fill(&c->phases[PHASE_copy_mm], VALUES, 60000);
	}
	of_b = &b->cells[0].phases[PHASE_copy_mm];
	assert_int_equal(compare(a, b, 1, NULL), GATE_PASS);
	of_b->v[1]++; /* not the median */
	assert_int_equal(compare(a, b, 1, NULL), GATE_PASS);
	fill(of_b, VALUES, 60060);
	assert_int_equal(compare(a, b, 1, NULL), GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 1M x=y: copy_mm +60 instructions a spawn, +0.1 % "
			    "(60000 -> 60060)");
	policy.tolerance_absolute = 60;
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	free_runs(a, 1);
	free_runs(b, 1);
}

/* Compares runs of VALUES calls of which these numbers fail in each run. */
static enum gate_verdict compare_failed(const size_t *of_a, const size_t *of_b, size_t count)
{
	struct run *a = new_runs(0, count), *b = new_runs(1, count);

	for (size_t i = 0; i < 2 * count; i++) {
		struct cell *c =
			add_cell(i < count ? &a[i] : &b[i - count], "fork", MIB, "none", 100 * US);

		fill_count(c, COUNT_ptes_copied, 256);
		fill(&c->errnos, VALUES, 0);
		for (size_t k = 0; k < (i < count ? of_a[i] : of_b[i - count]); k++)
			c->errnos.v[k] = 11;
	}
	compare_metrics(a, b, count, "counts");
	free_runs(a, count);
	free_runs(b, count);
	return report.verdict;
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
	struct run *a, *b;

	equal_runs(&a, &b, "icount");
	fill(&b->cells[0].errnos, VALUES, 0);
	b->cells[0].errnos.v[3] = 11;
	assert_int_equal(compare(a, b, 1, NULL), GATE_REGRESSION);
	assert_int_equal(find_row("failed")->verdict, GATE_REGRESSION);
	assert_true(find_row("failed")->b == 200);
	free_runs(a, 1);
	free_runs(b, 1);
}

TEST(a_value_below_0_decides_nothing)
{
	const double us[8] = {100, 100, 100, 100, 100, 100, 100, 100};
	struct run *a = timed_runs(0, us, 8), *b = timed_runs(1, us, 8);

	for (size_t i = 0; i < 8; i++) {
		fill_count(&a[i].cells[0], COUNT_ptes_copied, 5);
		fill_count(&b[i].cells[0], COUNT_ptes_copied, -5);
	}
	assert_int_equal(compare(a, b, 8, NULL), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: ptes_copied: B has a value below 0, which cannot be");
	assert_int_equal(compare_metrics(a, b, 8, "times"), GATE_PASS);
	/* One call in one run of A. */
	a[3].cells[0].samples[SAMPLE_total_ns].v[2] = -7;
	assert_int_equal(compare_metrics(a, b, 8, "times"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: total: A has a value below 0, which cannot be");
	/* In the lab each value is exact, and -7 would be less than 200000. */
	for (size_t i = 0; i < 8; i++) {
		set_clock(&a[i], "icount");
		set_clock(&b[i], "icount");
	}
	assert_int_equal(compare_metrics(a, b, 8, "times"), GATE_INCONCLUSIVE);
	free_runs(a, 8);
	free_runs(b, 8);
}

/* Twelve pairs. In B everything is larger, and the few faults by the largest share. */
TEST(the_most_important_row_comes_first)
{
	static const char *const order[] = {"ptes_copied", "vmas",  "cow_faults_child",
					    "spawn",	   "total", "copy_mm"};
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
	struct gate_policy policy = gate_policy_default;
	struct run *a = timed_runs(0, us, 12), *b = timed_runs(1, us, 12);

	for (size_t i = 0; i < 24; i++) {
		struct run *r = i < 12 ? &a[i] : &b[i - 12];
		struct cell *c = &r->cells[0];

		for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++)
			fill_count(c, counts[k].count, i < 12 ? counts[k].a : counts[k].b);
		for (size_t k = 0; k < VALUES && i >= 12; k++) {
			c->samples[SAMPLE_spawn_ns].v[k] = c->samples[SAMPLE_spawn_ns].v[k] * 6 / 5;
			c->samples[SAMPLE_total_ns].v[k] = c->samples[SAMPLE_total_ns].v[k] * 3 / 2;
		}
		c = add_cell(r, "fork", 64 * MIB, "phases", 1000);
		fill(&c->phases[PHASE_copy_mm], VALUES, (i < 12 ? 1 : 4) * (1000 + (int64_t)i));
	}
	assert_int_equal(compare_metrics(a, b, 12, "all"), GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 64M: ptes_copied +24.9 % (16417 -> 20513 pages); and 5 more");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_string_equal(report.rows[i].metric, order[i]);
		assert_int_equal(report.rows[i].verdict, GATE_REGRESSION);
	}
	/* Without counts, the call comes before its parts, whatever grew by more. */
	policy.metrics = gate_metric_set("times") | gate_metric_set("phases");
	compare(a, b, 12, &policy);
	assert_non_null(strstr(report.headline, "fork at 64M: spawn +20.0 % ["));
	free_runs(a, 12);
	free_runs(b, 12);
}

int unit_teardown(void **state)
{
	return forget_report(state);
}
