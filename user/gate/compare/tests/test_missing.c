// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Sets of runs that do not have the same cells, or not all of them. */

#include <stdio.h>

#include "bench/tests/unit.h"
#include "user/gate/tests/gate_runs.h"

#define SET 12

/* A cell with as many PTEs as pages. */
static struct cell *add(struct run *r, const char *method, int64_t bytes, int64_t call_ns)
{
	struct cell *c = add_cell(r, method, bytes, "none", call_ns);

	fill_count(c, COUNT_ptes_copied, bytes >> 12);
	return c;
}

/* The same cell of 1 MiB in A and in B. */
static void add_both(const char *method)
{
	add(a, method, MIB, 100 * US);
	add(b, method, MIB, 100 * US);
}

/* A cell that neither side measured. */
static void skip_both(const char *method, int64_t bytes, const char *why_in_b)
{
	skip_cell(add(a, method, bytes, US), "no memory");
	skip_cell(add(b, method, bytes, US), why_in_b);
}

/* Compares grids of two cells each. */
static void compare_by_place(const char *const methods[4], const int64_t sizes[4])
{
	make_runs(1);
	for (size_t i = 0; i < 4; i++)
		add(i < 2 ? a : b, methods[i], sizes[i], 100 * US);
	policy.by_place = true;
	compare();
}

TEST(cells_are_paired_by_key_first_and_each_once)
{
	/* 1M is in both, in different places: neither 64M nor 256M has a partner. */
	compare_by_place((const char *[]){"fork", "fork", "fork", "fork"},
			 (int64_t[]){64 << 20, 1 << 20, 1 << 20, 256 << 20});
	assert_true(rows_of("fork at 1M") > 1);
	assert_true(has_note("1 cell only in A"));
	assert_true(has_note("1 cell only in B"));
	/* In the same place, and each size only on one side. */
	compare_by_place((const char *[]){"fork", "fork", "fork", "fork"},
			 (int64_t[]){64 << 20, 1 << 20, 256 << 20, 1 << 20});
	assert_true(rows_of("fork at 64M") > 1);
	assert_true(has_note("fork at 64M is compared with fork at 256M of B"));
	assert_int_equal(report.note_count, 1);
	/* As with --ab fork vfork: all by their place. */
	compare_by_place((const char *[]){"fork", "fork", "vfork", "vfork"},
			 (int64_t[]){1 << 20, 2 << 20, 1 << 20, 2 << 20});
	assert_true(has_note("fork at 1M is compared with vfork at 1M of B"));
	assert_true(has_note("fork at 2M is compared with vfork at 2M of B"));
	assert_int_equal(rows_of("vfork at 1M") + rows_of("vfork at 2M"), 0);
	/* Both have both sizes: 1M is not compared with 2M. */
	compare_by_place((const char *[]){"fork", "fork", "vfork", "vfork"},
			 (int64_t[]){1 << 20, 2 << 20, 2 << 20, 1 << 20});
	assert_int_equal(report.verdict, GATE_NOT_COMPARABLE);
	assert_true(has_note("2 cells only in A"));
	assert_true(has_note("2 cells only in B"));
}

/* SET runs a side. B's vforks take 3.5 times as long. `spoil` changes the first run of A. */
static enum gate_verdict compare_sets(void (*spoil)(struct run *r, struct cell *vfork))
{
	make_runs(SET);
	for (size_t i = 0; i < SET; i++) {
		add(&a[i], "fork", MIB, 100 * US);
		add(&a[i], "vfork", MIB, 20 * US + (int64_t)i);
		add(&b[i], "fork", MIB, 100 * US);
		add(&b[i], "vfork", MIB, 70 * US);
	}
	if (spoil)
		spoil(&a[0], &a[0].cells[1]);
	return compare();
}

static void leave_empty(struct run *r, struct cell *c)
{
	drop_values(c);
}

static void leave_skipped(struct run *r, struct cell *c)
{
	skip_cell(c, "no memory");
}

static void break_cell(struct run *r, struct cell *c)
{
	drop_values(c);
	c->broken = strdup("the parent died");
}

static void leave_out(struct run *r, struct cell *c)
{
	cell__free(c);
	r->cell_count--;
}

static void leave_all_out(struct run *r, struct cell *c)
{
	leave_out(r, c);
	leave_out(r, &r->cells[0]);
}

TEST(the_grid_of_a_side_has_the_cells_of_all_its_runs)
{
	void (*const spoils[])(struct run *, struct cell *) = {leave_skipped, leave_out,
							       leave_all_out};

	assert_int_equal(compare_sets(NULL), GATE_REGRESSION);
	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		assert_int_equal(compare_sets(spoils[i]), GATE_REGRESSION);
		assert_string_equal(report.rows[0].cell, "vfork at 1M");
		assert_string_equal(report.rows[0].metric, "call");
		assert_int_equal(report.rows[0].pairs, SET - 1);
		assert_true(rows_of("fork at 1M") > 1);
	}
}

/* Compares equal runs of fork and vfork after `spoil` changed B's. */
static enum gate_verdict compare_two(void (*spoil)(struct run *r, struct cell *vfork),
				     const char *metrics)
{
	make_runs(1);
	add_both("fork");
	add_both("vfork");
	if (spoil)
		spoil(b, &b->cells[1]);
	return compare_metrics(metrics);
}

TEST(what_only_a_has_is_never_a_pass)
{
	assert_int_equal(compare_two(NULL, "counts"), GATE_PASS);
	assert_int_equal(compare_two(leave_out, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: only A has it");
	assert_true(has_note("1 cell only in A"));
	assert_int_equal(compare_two(leave_empty, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: only A has it; B: no samples");
	assert_int_equal(compare_two(leave_skipped, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: only A has it; B: no memory");
	assert_int_equal(compare_two(break_cell, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "vfork at 1M: samples: only A has it; B: the parent died");
	/* Nothing that gates is missing. */
	assert_int_equal(compare_two(leave_out, "vmas"), GATE_NOT_COMPARABLE);
}

static void break_off(struct run *r, struct cell *c)
{
	c->broken = strdup("a child hung");
}

/* As with --ab fork vfork. */
TEST(counts_that_the_method_of_b_cannot_have_are_left_out_with_one_note)
{
	struct phase_origin *origin;

	make_runs(1);
	fill_count(add(a, "fork", MIB, 100 * US), COUNT_vmas, 13);
	origin = add_cell(b, "vfork", MIB, "none", 100 * US)->phase_origin;
	policy.by_place = true;
	/* Without a reason B should have them. */
	assert_int_equal(compare_metrics("counts"), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "ptes_copied: only A has it; and 1 more"));
	origin[PHASE_copy_mm].absent = strdup("CLONE_VM: shared");
	assert_int_equal(compare_metrics("counts"), GATE_INCONCLUSIVE);
	/* Its run has a probe for it. */
	b->phases[PHASE_copy_mm].source = strdup("fentry:dup_mmap");
	compare_metrics("counts");
	assert_true(
		has_note("fork at 1M: counts that B cannot have are left out: CLONE_VM: shared"));
	assert_int_equal(compare_metrics("all"), GATE_INCONCLUSIVE); /* one pair of times */
	assert_null(strstr(report.headline, "only A has it"));
}

/* The slowest calls may be just those that are missing. */
TEST(a_cell_that_broke_off_is_never_a_pass)
{
	assert_int_equal(compare_two(break_off, "counts"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "vfork at 1M: samples: broken off in 1 of 1 run of B: a child hung");
	break_off(a, &a->cells[1]);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "vfork at 1M: samples: broken off in 1 of 1 run of A "
					     "and 1 of 1 run of B: a child hung");
}

/* What is missing without a reason may be just the slowest calls. */
TEST(a_time_that_is_null_without_an_errno_is_never_a_pass)
{
	struct cell *c;

	for (int clock = 0; clock < 2; clock++) {
		make_equal_runs(clock ? "icount" : "monotonic");
		c = &b->cells[0];
		c->samples[SAMPLE_total_ns].v[1] = MISSING;
		c->samples[SAMPLE_total_ns].v[3] = MISSING;
		/* It does not gate. */
		fill_counts(COUNT_ptes_copied, 1000, 1000);
		assert_int_equal(compare_metrics("counts"), GATE_PASS);
		assert_int_equal(compare_metrics("total"), GATE_INCONCLUSIVE);
		assert_non_null(strstr(report.headline, "fork at 1M: samples: total: 2 of 5 "
							"samples of B are null without an errno"));
		/* An errno is a reason; failed calls are a metric of their own. */
		fill(&c->errnos, VALUES, 0);
		c->errnos.v[1] = c->errnos.v[3] = 12;
		compare_metrics("total");
		assert_null(strstr(report.headline, "null"));
	}
}

TEST(a_count_that_is_null_without_an_errno_is_named)
{
	make_runs(1);
	add_both("fork");
	a->cells[0].counts[COUNT_ptes_copied].v[2] = MISSING;
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	assert_string_equal(report.headline,
			    "2 exact metrics not worse; but fork at 1M: ptes_copied: 1 of 5 "
			    "samples of A is null without an errno");
	assert_true(has_note("ptes_copied: 1 of 5 samples of A is null without an errno"));
}

/* Leaves this many samples of each cell of a run. */
static void keep_samples(struct run *r, size_t n)
{
	for (size_t i = 0; i < r->cell_count; i++) {
		struct cell *c = &r->cells[i];

		c->n = n;
		for (size_t k = 0; k < SAMPLE_COUNT; k++)
			c->samples[k].n = c->samples[k].n < n ? c->samples[k].n : n;
		for (size_t k = 0; k < COUNT_COUNT; k++)
			c->counts[k].n = c->counts[k].n < n ? c->counts[k].n : n;
	}
}

TEST(a_side_with_far_fewer_samples_is_named)
{
	make_runs(SET);
	for (size_t i = 0; i < SET; i++) {
		add(&a[i], "fork", MIB, 100 * US);
		add(&b[i], "fork", MIB, 100 * US);
		keep_samples(&b[i], 2);
	}
	assert_int_equal(compare(), GATE_PASS);
	assert_null(strstr(report.headline, "samples a run"));
	for (size_t i = 0; i < SET; i++)
		keep_samples(&b[i], 1);
	assert_int_equal(compare(), GATE_PASS);
	assert_non_null(
		strstr(report.headline, "; but fork at 1M: 1 sample a run of B against 5 of A"));
	assert_true(has_note("fork at 1M: 1 sample a run of B against 5 of A"));
	assert_int_equal(report.note_count, 1 + (report.few_samples > 0));
}

TEST(runs_with_far_fewer_samples_are_named)
{
	make_runs(SET);
	for (size_t i = 0; i < SET; i++) {
		add(&a[i], "fork", MIB, 100 * US);
		add(&b[i], "fork", MIB, 100 * US);
		if (i % 2)
			keep_samples(&b[i], 1);
	}
	assert_int_equal(compare(), GATE_PASS);
	assert_true(has_note("fork at 1M: 1 sample in 6 of 12 runs of B against 5 of A"));
}

TEST(a_cell_that_some_runs_of_b_lack_is_never_a_pass)
{
	static const char *const whys[] = {"hung", "no memory", "not in the run"};

	for (size_t why = 0; why < 3; why++) {
		char expected[96];

		make_runs(SET);
		for (size_t i = 0; i < SET; i++) {
			struct cell *of_b;

			add(&a[i], "fork", MIB, 100 * US);
			add(&a[i], "vfork", MIB, 20 * US);
			add(&b[i], "fork", MIB, 100 * US);
			if (i % 2 && why == 2)
				continue;
			of_b = add(&b[i], "vfork", MIB, 20 * US);
			if (i % 2 && why == 0) {
				drop_values(of_b);
				break_cell(&b[i], of_b);
			} else if (i % 2) {
				skip_cell(of_b, whys[why]);
			}
		}
		assert_int_equal(compare(), GATE_INCONCLUSIVE);
		snprintf(expected, sizeof(expected),
			 "vfork at 1M: samples: %s in 6 of 12 runs of B",
			 why ? "missing" : "broken off");
		assert_non_null(strstr(report.headline, expected));
	}
}

TEST(what_broke_off_on_both_sides_is_never_a_pass)
{
	make_runs(1);
	add_both("fork");
	for (size_t side = 0; side < 2; side++) {
		struct run *r = side ? b : a;
		struct cell *c = add(r, "vfork", MIB, US);

		drop_values(c);
		break_cell(r, c);
	}
	assert_int_equal(compare_metrics("counts"), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, "vfork at 1M: samples: neither side has it; A: "));
}

TEST(what_only_b_has_is_noted)
{
	make_runs(1);
	add_both("fork");
	add(b, "vfork", MIB, 100 * US);
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	assert_true(has_note("1 cell only in B"));
}

TEST(with_every_probe_set_b_must_have_all_of_a)
{
	struct cell *c;

	make_runs(1);
	add_both("fork");
	set_key(add(a, "fork", MIB, 100 * US), PROBE_SET_AXIS, "all");
	/* For a metric, one probe set that both have is enough. */
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	/* With all of them, the missing one counts, */
	policy.every_probe_set = true;
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "fork at 1M, all probes: samples: only A has it");
	assert_int_equal(rows_of("fork at 1M, all probes"), 1);
	/* and so does a metric that is missing with one. */
	c = add(b, "fork", MIB, 100 * US);
	set_key(c, PROBE_SET_AXIS, "all");
	assert_int_equal(compare(), GATE_PASS);
	series__free(&c->counts[COUNT_ptes_copied]);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "fork at 1M, all probes: ptes_copied: only A has it");
	/* One that B began and that broke off always counts. */
	policy.every_probe_set = false;
	break_cell(b, c);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 1M, all probes: samples: only A has it; B: the parent died");
}

TEST(the_reason_of_a_skipped_cell_is_noted)
{
	make_runs(1);
	policy.by_place = true;
	skip_cell(add(a, "fork", INT64_C(900) << 30, US), "no memory");
	skip_cell(add(b, "vfork", INT64_C(900) << 30, US), "no memory");
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_true(has_note("fork at 900G: neither side has it: no memory"));
	assert_int_equal(report.note_count, 1);
	skip_both("clone", 1 << 30, "no such method");
	add_both("fork");
	add_both("vfork");
	skip_cell(&a->cells[a->cell_count - 1], "no memory");
	assert_int_equal(compare_metrics("counts"), GATE_PASS);
	assert_true(has_note("clone at 1G: neither side has it; A: no memory; B: no such method"));
	assert_true(has_note("vfork at 1M: only B has it; A: no memory"));
	/* Of many, only some are noted. */
	for (int64_t size = 2; size < 7; size++)
		skip_both("clone", size * MIB, "no memory");
	assert_int_equal(compare(), GATE_PASS);
	assert_true(has_note("A did not measure 7 cells in all"));
}

TEST(grids_without_a_common_cell_are_not_comparable)
{
	make_runs(1);
	set_clocks("icount");
	add(a, "fork", MIB, 100 * US);
	add(b, "fork", 2 * MIB, 100 * US);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
	assert_int_equal(report.row_count, 0);
	assert_true(has_note("1 cell only in A"));
	assert_true(has_note("1 cell only in B"));
	policy.by_place = true;
	assert_int_equal(compare_metrics("times"), GATE_PASS);
	/* Without a value there is no pass, either. */
	drop_values(&b->cells[0]);
	b->cells[0].n = VALUES;
	fill_count(&b->cells[0], COUNT_ptes_copied, 1);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_string_equal(find_row("call")->note, "only A has it");
	drop_values(&a->cells[0]);
	a->cells[0].n = VALUES;
	fill_count(&a->cells[0], COUNT_ptes_copied, 1);
	assert_int_equal(compare(), GATE_NOT_COMPARABLE);
}
