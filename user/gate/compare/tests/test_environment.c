// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which runs are comparable. */

#include "bench/tests/unit.h"
#include "user/gate/compare/environment.h"
#include "user/gate/tests/gate_runs.h"

TEST(environments_must_match)
{
	struct gate_policy policy = gate_policy_default;
	struct run *a, *b;

	equal_runs(&a, &b, "monotonic");
	fill_count(&a->cells[0], COUNT_ptes_copied, 7);
	fill_count(&b->cells[0], COUNT_ptes_copied, 7);
	set_text(b, "cpu_model", "AMD");
	assert_int_equal(compare(a, b, 1, NULL), GATE_NOT_COMPARABLE);
	assert_int_equal(report.difference_count, 1);
	assert_string_equal(report.differences[0].name, "cpu_model");
	assert_string_equal(report.headline,
			    "cpu_model (Intel | AMD) differs; --factor declares what may");

	/* Counts may cross machines with the same kernel if nothing else is compared. */
	policy.metrics = gate_metric_set("counts");
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	set_text(b, "kernel_release", NULL);
	assert_int_equal(compare(a, b, 1, &policy), GATE_NOT_COMPARABLE);
	assert_true(gate_factor_known("kernel"));
	assert_true(gate_policy__declare(&policy, "kernel"));
	assert_int_equal(compare(a, b, 1, &policy), GATE_PASS);
	assert_int_equal(report.difference_count, 2);

	/* Instructions and nanoseconds never compare. */
	set_clock(b, "icount");
	assert_true(gate_policy__declare(&policy, "hardware"));
	assert_int_equal(compare(a, b, 1, &policy), GATE_NOT_COMPARABLE);
	assert_non_null(strstr(report.headline, "clock (monotonic | icount) differs"));
	free_runs(a, 1);
	free_runs(b, 1);
}

TEST(memory_may_differ_by_what_the_kernel_takes)
{
	struct run *a, *b;

	equal_runs(&a, &b, "monotonic");
	set_number(b, "memory_bytes", (8192 + 100) * MIB);
	assert_int_equal(compare(a, b, 1, NULL), GATE_INCONCLUSIVE);
	set_number(b, "memory_bytes", (8192 + 200) * MIB);
	assert_int_equal(compare(a, b, 1, NULL), GATE_NOT_COMPARABLE);
	free_runs(a, 1);
	free_runs(b, 1);
}

TEST(the_headline_says_why_nothing_was_compared)
{
	struct run *a = new_runs(0, 1), *b = new_runs(1, 1);

	add_cell(a, "fork", MIB, "none", 100 * US);
	add_cell(b, "vfork", MIB, "none", 100 * US);
	assert_int_equal(compare_metrics(a, b, 1, "counts"), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline,
			    "no cell in common: A has fork at 1M, B has vfork at 1M");
	gate_report__conclude(&report); /* as --ab does, which may have changed rows */
	assert_non_null(strstr(report.headline, "no cell in common"));
	/* A common cell, but without the metric that gates. */
	add_cell(b, "fork", MIB, "none", 100 * US);
	assert_int_equal(compare_metrics(a, b, 1, "vmas"), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline, "no cell and metric that both have was measured");
	free_runs(a, 1);
	free_runs(b, 1);
}

TEST(loss_and_truncation_are_noted)
{
	struct run *a, *b;

	equal_runs(&a, &b, "icount");
	b->end.lost = 3;
	b->end.missed = MISSING;
	a->ended = false;
	compare(a, b, 1, NULL);
	assert_true(has_note("A: a truncated run"));
	assert_true(has_note("B: 3 records lost, 0 probe runs missed"));
	free_runs(a, 1);
	free_runs(b, 1);
}

int unit_teardown(void **state)
{
	return forget_report(state);
}
