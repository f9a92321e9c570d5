// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which runs are comparable. */

#include "bench/tests/unit.h"
#include "user/gate/compare/environment.h"
#include "user/gate/tests/gate_runs.h"

TEST(environments_must_match)
{
	make_equal_runs("monotonic");
	fill_counts(COUNT_ptes_copied, 7, 7);
	set_text(b, "cpu_model", "AMD");
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_int_equal(report.difference_count, 1);
	assert_string_equal(report.differences[0].name, "cpu_model");
	assert_string_equal(report.headline,
			    "cpu_model (Intel | AMD) differs; --factor declares what may");

	/* Counts may cross machines with the same kernel if nothing else is compared. */
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	set_text(b, "kernel_release", NULL);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_true(gate_factor_known("kernel"));
	assert_true(gate_policy__declare(&policy, "kernel"));
	assert_int_equal(compare(), GATE_PASS);
	assert_int_equal(report.difference_count, 2);

	/* Instructions and nanoseconds never compare. */
	set_clock(b, "icount");
	assert_true(gate_policy__declare(&policy, "hardware"));
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_non_null(strstr(report.headline, "clock (monotonic | icount) differs"));
}

TEST(counting_rules_never_compare)
{
	make_equal_runs("icount");
	fill_counts(COUNT_ptes_copied, 7, 7);
	set_text(a, "counting_rule", "quadword-steps");
	set_text(b, "counting_rule", "quadword-steps");
	assert_int_equal(compare(), GATE_PASS);

	/* A run from before rules had names counted by another one. */
	set_text(b, "counting_rule", NULL);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline, "counting_rule (quadword-steps | byte-steps) differs; "
					     "--factor declares what may");
	assert_int_equal(compare_metrics("counts"), GATE_NOT_COMPARABLE);
	set_text(a, "counting_rule", NULL);
	assert_int_equal(compare(), GATE_PASS);

	/* No factor declares it. */
	set_text(b, "counting_rule", "quadword-steps");
	assert_false(gate_factor_known("counting_rule"));
	assert_true(gate_policy__declare(&policy, "counting_rule"));
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
}

TEST(possible_cpus_must_match_where_they_are_known)
{
	make_equal_runs("icount");
	fill_counts(COUNT_ptes_copied, 7, 7);
	/* A lab that does not say had one. */
	run__add_env_number(b, "possible_cpus", 1);
	assert_int_equal(compare(), GATE_PASS);
	run__add_env_number(a, "possible_cpus", 64);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline,
			    "possible_cpus (64 | 1) differs; --factor declares what may");
	assert_true(gate_policy__declare(&policy, "possible_cpus"));
	assert_int_equal(compare(), GATE_PASS);

	make_equal_runs("icount");
	fill_counts(COUNT_ptes_copied, 7, 7);
	run__add_env_number(b, "possible_cpus", 64);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);

	/* A machine that does not say is no other one. */
	make_equal_runs("monotonic");
	fill_counts(COUNT_ptes_copied, 7, 7);
	run__add_env_number(b, "possible_cpus", 64);
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	assert_int_equal(report.difference_count, 0);
}

TEST(memory_may_differ_by_what_the_kernel_takes)
{
	make_equal_runs("monotonic");
	set_number(b, "memory_bytes", (8192 + 100) * MIB);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	set_number(b, "memory_bytes", (8192 + 200) * MIB);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
}

TEST(the_headline_says_why_nothing_was_compared)
{
	make_runs(1);
	add_cell(a, "fork", MIB, "none", 100 * US);
	add_cell(b, "vfork", MIB, "none", 100 * US);
	assert_int_equal(compare_metrics("counts"), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline,
			    "no cell in common: A has fork at 1M, B has vfork at 1M");
	gate_report__conclude(&report); /* as --ab does, which may have changed rows */
	assert_non_null(strstr(report.headline, "no cell in common"));
	/* A common cell, but without the metric that gates. */
	add_cell(b, "fork", MIB, "none", 100 * US);
	assert_int_equal(compare_metrics("vmas"), GATE_NOT_COMPARABLE);
	assert_string_equal(report.headline, "no cell and metric that both have was measured");
}

TEST(loss_and_truncation_are_noted)
{
	make_equal_runs("icount");
	b->end.lost = 3;
	b->end.missed = MISSING;
	a->ended = false;
	compare();
	assert_true(has_note("A: a truncated run"));
	assert_true(has_note("B: 3 records lost, 0 probe runs missed"));
}
