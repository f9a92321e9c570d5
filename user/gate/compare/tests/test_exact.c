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

/* Two of five forks copy ten times the pages. */
TEST(counts_are_compared_by_their_sums_too)
{
	for (size_t runs = 1; runs <= 5; runs += 4) {
		make_runs(runs);
		add_cells("fork", MIB, 100 * US, 100 * US);
		fill_counts(COUNT_ptes_copied, 1000, 1000);
		for (size_t i = 0; i < runs; i++) {
			struct series *s = &b[i].cells[0].counts[COUNT_ptes_copied];

			s->v[1] = s->v[4] = 10000;
		}
		/* Of one run a side it may be chance; of five, 1 in 252. */
		assert_int_equal(compare_metrics("counts"),
				 runs == 1 ? GATE_INCONCLUSIVE : GATE_REGRESSION);
		assert_float_equal(find_row("ptes_copied")->change, 3.6, 1e-9);
		assert_non_null(strstr(report.headline, "ptes_copied +360.0 % (1000 -> 4600"));
		assert_non_null(strstr(report.headline, "medians are 1000 and 1000"));
	}
	/* One call with one more is no news. */
	fill_counts(COUNT_ptes_copied, 1000, 1000);
	for (size_t i = 0; i < 5; i++)
		b[i].cells[0].counts[COUNT_ptes_copied].v[1]++;
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
}

/* One fork copies three times the pages, two copy fewer: median and sum are the same. */
TEST(counts_are_compared_by_their_distribution_too)
{
	for (size_t runs = 1; runs <= 5; runs += 4) {
		make_runs(runs);
		add_cells("fork", MIB, 100 * US, 100 * US);
		fill_counts(COUNT_ptes_copied, 1000, 1000);
		for (size_t i = 0; i < runs; i++) {
			struct series *s = &b[i].cells[0].counts[COUNT_ptes_copied];

			s->v[1] = s->v[4] = 50;
			s->v[3] = 2900;
		}
		assert_int_equal(compare_metrics("counts"),
				 runs == 1 ? GATE_INCONCLUSIVE : GATE_REGRESSION);
		assert_non_null(strstr(report.headline, "ptes_copied +190.0 % (1000 -> 2900"));
		assert_non_null(strstr(report.headline, "these are largest values"));
	}
	/* Equal medians and sums, and nothing far from A's: a pass that is not called the same. */
	fill_counts(COUNT_ptes_copied, 1000, 1000);
	b->cells[0].counts[COUNT_ptes_copied].v[0] = 990;
	b->cells[0].counts[COUNT_ptes_copied].v[1] = 1010;
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	assert_true(find_row("ptes_copied")->unlike);
	assert_string_equal(find_row("ptes_copied")->note,
			    "medians are equal, but samples are distributed otherwise");
	fill_counts(COUNT_ptes_copied, 1000, 1000);
	compare();
	assert_false(find_row("ptes_copied")->unlike);
}

/* As a budget does. */
TEST(lost_records_make_a_count_inconclusive)
{
	for (int clock = 0; clock < 2; clock++) {
		make_equal_runs(clock ? "icount" : "monotonic");
		fill_counts(COUNT_ptes_copied, 16417, 16417);
		b->cells[0].counts[COUNT_ptes_copied].v[1] = MISSING;
		/* A value may be absent for another reason. */
		assert_int_equal(compare_metrics("counts"), GATE_PASS);
		b->end.lost = 3;
		assert_int_equal(compare_metrics("counts"), GATE_INCONCLUSIVE);
		assert_non_null(
			strstr(report.headline, "ptes_copied: 3 records lost, which could"));
		assert_int_equal(find_row("failed")->verdict, GATE_PASS);
		fill_counts(COUNT_ptes_copied, 16417, 30000);
		b->cells[0].counts[COUNT_ptes_copied].v[1] = MISSING;
		assert_int_equal(compare_metrics("counts"), GATE_INCONCLUSIVE);
		/* No sample lacks it, but a probe that missed may have made a value too small. */
		for (int loss = 0; loss < 3; loss++) {
			b->end.lost = loss == 0;
			b->end.missed = loss == 1;
			b->end.started = loss == 2 ? b->end.births + 1 : MISSING;
			fill_counts(COUNT_ptes_copied, 16417, 16417);
			assert_int_equal(compare_metrics("counts"), GATE_INCONCLUSIVE);
			/* What is there is worse already. */
			fill_counts(COUNT_ptes_copied, 16417, 30000);
			assert_int_equal(compare_metrics("counts"), GATE_REGRESSION);
		}
	}
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

/* A run of the lab with this many instructions in copy_mm. */
static void fill_lab_run(struct run *r, int64_t copy_mm)
{
	set_clock(r, "icount");
	fill(&add_cell(r, "fork", MIB, "phases", 100 * US)->phases[PHASE_copy_mm], VALUES, copy_mm);
}

static enum gate_verdict compare_with_b(int64_t copy_mm)
{
	fill(&b->cells[0].phases[PHASE_copy_mm], VALUES, copy_mm);
	return compare();
}

/* Of its own metric alone, and with A as one of them. */
TEST(the_range_of_links_of_a_is_the_tolerance)
{
	struct run links[2];

	make_runs(1);
	fill_lab_run(a, 60000);
	fill_lab_run(b, 60000);
	for (int i = 0; i < 2; i++) {
		make_run(&links[i], 10000);
		fill_lab_run(&links[i], i ? 60050 : 60010);
	}
	policy.pads = links;
	policy.pad_count = 2;
	assert_int_equal(compare_with_b(60050), GATE_PASS);
	assert_float_equal(find_row("copy_mm")->tolerance, 50, 0);
	assert_true(isnan(find_row("call")->tolerance));
	assert_int_equal(compare_with_b(60051), GATE_REGRESSION);
	/* The larger one counts. */
	policy.tolerance_absolute = 51;
	assert_int_equal(compare_with_b(60051), GATE_PASS);
	assert_float_equal(find_row("copy_mm")->tolerance, 51, 0);
	for (int i = 0; i < 2; i++)
		run__free(&links[i]);
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
			    "calls fail in 0 of 8 runs of A, 4 of 8 of B");
	assert_false(isfinite(find_row("failed")->change));
}

/* In eight of 40 runs of B all calls fail: that moves no median. */
TEST(calls_that_fail_in_some_runs_are_found)
{
	size_t none[40] = {0}, few[40] = {0}, one[40] = {0};

	for (size_t i = 0; i < 40; i += 5)
		few[i] = 5;
	one[7] = 5;
	assert_int_equal(compare_failed(none, few, 40), GATE_REGRESSION);
	assert_string_equal(report.headline,
			    "fork at 1M: failed (0 -> 200 of 1000 calls): calls fail in 0 of 40 "
			    "runs of A, 8 of 40 of B");
	assert_int_equal(compare_failed(few, none, 40), GATE_PASS);
	/* That may be chance, but it is no pass; where A fails as well, it is. */
	assert_int_equal(compare_failed(none, one, 40), GATE_INCONCLUSIVE);
	assert_int_equal(compare_failed(one, one, 40), GATE_PASS);
	one[8] = 4;
	assert_int_equal(compare_failed(few, few, 40), GATE_PASS);
}

/* In most runs some forks copy ten times the pages, but not in all, or in some of A as well. */
TEST(sums_are_compared_without_being_apart_in_all_runs)
{
	double us[24];

	for (size_t i = 0; i < 24; i++)
		us[i] = 100;
	for (size_t more = 4; more < 24; more += 19) {
		make_timed_runs(us, us, 24);
		for (size_t i = 0; i < 24; i++) {
			fill_count(&a[i].cells[0], COUNT_ptes_copied, 1000);
			fill_count(&b[i].cells[0], COUNT_ptes_copied, 1000);
			if (i < more)
				b[i].cells[0].counts[COUNT_ptes_copied].v[1] = 10000;
		}
		a[23].cells[0].counts[COUNT_ptes_copied].v[1] = more > 4 ? 10000 : 1000;
		assert_int_equal(compare_metrics("ptes_copied"),
				 more > 4 ? GATE_REGRESSION : GATE_INCONCLUSIVE);
		assert_non_null(strstr(report.headline, "medians are 1000 and 1000"));
	}
	/* One fault less in a call of A is more than 10 %, and no news. */
	make_timed_runs(us, us, 3);
	for (size_t i = 0; i < 3; i++) {
		fill_count(&a[i].cells[0], COUNT_cow_faults_parent, 1);
		fill_count(&b[i].cells[0], COUNT_cow_faults_parent, 1);
	}
	a[1].cells[0].counts[COUNT_cow_faults_parent].v[0] = 0;
	a[1].cells[0].counts[COUNT_cow_faults_parent].v[1] = 0;
	assert_int_equal(compare_metrics("cow_faults_parent"), GATE_PASS);
	/* All forks of a few runs: the medians of runs vary, and pairs see nothing. */
	make_timed_runs(us, us, 24);
	for (size_t i = 0; i < 24; i++) {
		fill_count(&a[i].cells[0], COUNT_ptes_copied, 1000);
		fill_count(&b[i].cells[0], COUNT_ptes_copied, i < 3 ? 10000 : 1000);
	}
	assert_int_equal(compare_metrics("ptes_copied"), GATE_INCONCLUSIVE);
	assert_float_equal(find_row("ptes_copied")->b, (3 * 10000 + 21 * 1000) / 24.0, 1e-9);
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
			    "fork at 64M: ptes_copied +24.9 % (16417 -> 20513 pages); and 7 more");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_string_equal(report.rows[i].metric, order[i]);
		assert_int_equal(report.rows[i].verdict, GATE_REGRESSION);
	}
	/* Without counts, the call comes before its parts, whatever grew by more. */
	policy.metrics = gate_metric_set("times") | gate_metric_set("phases");
	compare();
	assert_non_null(strstr(report.headline, "fork at 64M: call +20.0 % ["));
}

/* A spawn of one total, and phases of it, in the lab. */
struct spawn {
	int64_t total, copy_mm, exec_load, exit_mm;
};

static void add_spawn(struct run *r, const char *method, struct spawn s)
{
	struct cell *c = add_cell(r, method, MIB, "phases", 1000);

	fill(&c->samples[SAMPLE_total_ns], VALUES, s.total);
	if (s.copy_mm)
		fill(&c->phases[PHASE_copy_mm], VALUES, s.copy_mm);
	if (s.exec_load)
		fill(&c->phases[PHASE_exec_load], VALUES, s.exec_load);
	fill(&c->phases[PHASE_exit_mm], VALUES, s.exit_mm);
	/* Never a part of a total: what the parent waits while the child works. */
	fill(&c->phases[PHASE_vfork_wait], VALUES, s.total / 2);
}

static const char *headline_of(const char *method, struct spawn of_a, struct spawn of_b)
{
	make_runs(1);
	set_clocks("icount");
	add_spawn(a, method, of_a);
	add_spawn(b, method, of_b);
	assert_int_equal(compare(), GATE_REGRESSION);
	return report.headline;
}

TEST(a_total_of_the_lab_says_where_its_change_lies)
{
	const struct spawn a_start = {100000, 0, 20000, 10000};

	/* 30 more libraries: the program's own code has most. */
	assert_non_null(strstr(
		headline_of("posix_spawn", a_start, (struct spawn){200000, 0, 21000, 14000}),
		"total +100000 instructions a spawn, +100.0 % (100000 -> 200000), 95 % of it in "
		"the program's own start, between exec_load and exit; and "));
	/* Two parts, until four fifths are named. */
	assert_non_null(
		strstr(headline_of("posix_spawn", a_start, (struct spawn){200000, 0, 50000, 70000}),
		       ", 60 % of it in exit_mm, 30 % in exec_load; and "));
	/* The parts add up to the whole, where the rest fell, too. */
	assert_non_null(strstr(headline_of("posix_spawn", (struct spawn){100000, 0, 30000, 30000},
					   (struct spawn){200000, 0, 90000, 80000}),
			       ", 60 % of it in exec_load, 50 % in exit_mm, -10 % in the rest; "));
	/* A fork's child runs no other program. */
	assert_non_null(strstr(headline_of("fork", (struct spawn){100000, 30000, 0, 20000},
					   (struct spawn){200000, 30000, 0, 20000}),
			       ", 100 % of it in no phase"));
	/* No share is above the whole. */
	assert_non_null(strstr(headline_of("fork", (struct spawn){100000, 30000, 0, 20000},
					   (struct spawn){110000, 60000, 0, 10000}),
			       ", all of it in copy_mm (+30000); and "));
}
