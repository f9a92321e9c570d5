// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/budget/tests/rules.h"
#include "user/model/birth.h"
#include "user/tests/sample_run.h"

/* The report of the last check. */
static struct gate_report report;

int unit_teardown(void **state)
{
	budget_free(&budget);
	gate_report__free(&report);
	return 0;
}

/* The verdict of one rule, and the report. */
static enum gate_verdict check(struct run *r, const char *rule)
{
	assert_read(rule);
	gate_report__free(&report);
	assert_int_equal(budget_check(&budget, r, &report), 0);
	return report.verdict;
}

struct rule_case {
	const char *rule;
	enum gate_verdict verdict;
};

static void check_cases(struct run *r, const struct rule_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (check(r, cases[i].rule) != cases[i].verdict)
			fail_msg("%s: not %s", cases[i].rule, gate_verdict_name(cases[i].verdict));
	}
}

/* The sample run has forks and spawns from 1 MiB and 64 MiB. */
TEST(rules_are_checked_in_each_cell)
{
	static const struct rule_case cases[] = {
		/* 67108 ns in the larger parent, 1048 in the smaller one. */
		{"copy_mm <= 68us", GATE_PASS},
		{"copy_mm <= 67us", GATE_REGRESSION},
		{"copy_mm where rss < 64M <= 1.1us", GATE_PASS},
		{"fork.copy_mm.max <= 68us", GATE_PASS},
		{"cow_parent.count <= 20", GATE_PASS},
		{"cow_parent.count < 20", GATE_REGRESSION},
		{"vmas == 24", GATE_PASS},
		{"failed == 0", GATE_PASS},
		/* Two parents, three probe sets, ten samples. */
		{"fork.births == 60", GATE_PASS},
		{"births where method == fork and trace == none == 20", GATE_PASS},
		{"fork.births where rss >= 1GiB == 0", GATE_PASS},
		{"fork.births where rss >= 64MiB == 0", GATE_REGRESSION},
		/* What was not measured never passes. */
		{"exec_load <= 1s", GATE_INCONCLUSIVE},
		{"copy_mm.p99 <= 1s", GATE_INCONCLUSIVE},
		{"vfork.spawn <= 1s", GATE_INCONCLUSIVE},
		{"vfork.births == 0", GATE_INCONCLUSIVE},
		{"births where comm == sh == 0", GATE_INCONCLUSIVE},
		{"copy_files <= 1s", GATE_INCONCLUSIVE},
	};
	struct run r;

	sample_run(&r, 10);
	check_cases(&r, cases, COUNT_OF(cases));
	assert_non_null(strstr(report.headline, "this kernel inlines dup_fd"));
	/* Lost records could hide births, but not make fewer of them. */
	r.end.lost = 1;
	assert_int_equal(check(&r, "fork.births where rss > 64M == 0"), GATE_INCONCLUSIVE);
	assert_non_null(strstr(report.headline, ": 1 record lost, which could change this"));
	assert_int_equal(check(&r, "fork.births == 0"), GATE_REGRESSION);
	strcpy(r.clock, "icount");
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "spawn <= 1000000000"), GATE_PASS);
	run__free(&r);
}

static struct cell *fork_cell(struct run *r, int64_t rss, const char *probe_set)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (!strcmp(cell__method(&r->cells[i]), "fork") &&
		    cell__key_number(&r->cells[i], "rss_bytes") == rss &&
		    !strcmp(cell__probe_set(&r->cells[i]), probe_set))
			return &r->cells[i];
	fail_msg("no such cell");
	return NULL;
}

static void empty(struct cell *c)
{
	for (int k = 0; k < SAMPLE_COUNT; k++)
		series__free(&c->samples[k]);
	for (int k = 0; k < PHASE_COUNT; k++)
		series__free(&c->phases[k]);
	for (int k = 0; k < COUNT_COUNT; k++)
		series__free(&c->counts[k]);
	series__free(&c->bill);
	series__free(&c->errnos);
	c->n = 0;
}

/* Whatever other cells say. */
TEST(a_cell_that_was_skipped_passes_no_budget)
{
	static const char *const probe_sets[] = {"none", "phases", "all"};
	struct run r;

	sample_run(&r, 10);
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_PASS);
	for (size_t i = 0; i < COUNT_OF(probe_sets); i++) {
		struct cell *c = fork_cell(&r, INT64_C(64) << 20, probe_sets[i]);

		empty(c);
		c->skipped = strdup("no memory");
	}
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: spawn <= 1s: line 1: not measured: no memory");
	/* One row, whatever the number of its probe sets. */
	assert_int_equal(report.row_count, 4);
	assert_int_equal(check(&r, "fork.births <= 60"), GATE_INCONCLUSIVE);
	/* What is not about it passes; what no further sample could change fails. */
	assert_int_equal(check(&r, "spawn where rss < 64M <= 1s"), GATE_PASS);
	assert_int_equal(check(&r, "spawn <= 1ns"), GATE_REGRESSION);
	assert_int_equal(check(&r, "fork.births <= 1"), GATE_REGRESSION);
	run__free(&r);
}

TEST(a_cell_that_broke_off_passes_no_budget)
{
	struct cell *c;
	struct run r;

	sample_run(&r, 10);
	c = fork_cell(&r, INT64_C(64) << 20, "none");
	c->broken = strdup("the parent died");
	assert_int_equal(check(&r, "spawn.max <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: spawn.max <= 1s: line 1: broken off (the parent died), "
			    "which could change this");
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "failed == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.births == 60"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "spawn.max <= 1ns"), GATE_REGRESSION);
	/* Another probe set has the phase. */
	assert_int_equal(check(&r, "copy_mm <= 1s"), GATE_PASS);
	/* Nothing was measured before it broke off. */
	empty(c);
	empty(fork_cell(&r, INT64_C(64) << 20, "phases"));
	empty(fork_cell(&r, INT64_C(64) << 20, "all"));
	assert_int_equal(check(&r, "spawn <= 1s"), GATE_INCONCLUSIVE);
	run__free(&r);
}

static void set_all(struct series *s, size_t from, int64_t value)
{
	for (size_t i = from; i < s->n; i++)
		s->v[i] = value;
}

/* The calls from this one on fail, or are null without an errno, with each probe set. */
static void fail_calls(struct run *r, int64_t rss, size_t from, int number)
{
	static const char *const probe_sets[] = {"none", "phases", "all"};

	for (size_t i = 0; i < COUNT_OF(probe_sets); i++) {
		struct cell *c = fork_cell(r, rss, probe_sets[i]);

		for (int k = 0; k < SAMPLE_COUNT; k++)
			set_all(&c->samples[k], from, MISSING);
		for (int k = 0; k < PHASE_COUNT; k++)
			set_all(&c->phases[k], from, MISSING);
		for (int k = 0; k < COUNT_COUNT; k++)
			set_all(&c->counts[k], from, MISSING);
		series__free(&c->errnos);
		for (size_t k = 0; k < c->n && number; k++)
			assert_int_equal(series__push(&c->errnos, k < from ? 0 : number), 0);
	}
}

TEST(a_cell_whose_calls_all_failed_passes_no_budget)
{
	struct run r;

	sample_run(&r, 10);
	fail_calls(&r, INT64_C(64) << 20, 0, EAGAIN);
	assert_int_equal(check(&r, "fork.spawn.p50 <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline, "fork at 64M: fork.spawn.p50 <= 1s: line 1: not "
					     "measured: 10 of 10 calls failed: EAGAIN");
	assert_int_equal(report.row_count, 2);
	assert_int_equal(check(&r, "fork.copy_mm <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.ptes_copied <= 1000000"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.spawn where rss < 64M <= 1s"), GATE_PASS);
	/* These are known. */
	assert_int_equal(check(&r, "failed == 0"), GATE_REGRESSION);
	assert_int_equal(check(&r, "fork.births == 30"), GATE_PASS);
	run__free(&r);
	/* The values of a rule are those of calls that did not fail; that some did is said. */
	sample_run(&r, 10);
	fail_calls(&r, INT64_C(64) << 20, 1, EAGAIN);
	assert_int_equal(check(&r, "fork.spawn.p50 <= 1s"), GATE_PASS);
	assert_string_equal(report.notes[0], "fork at 64M: 9 of 10 calls failed: EAGAIN");
	run__free(&r);
}

TEST(a_cell_whose_samples_are_null_passes_no_budget)
{
	struct run r;

	sample_run(&r, 10);
	fail_calls(&r, INT64_C(64) << 20, 0, 0);
	assert_int_equal(check(&r, "fork.spawn.p50 <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: fork.spawn.p50 <= 1s: line 1: not measured: 10 of 10 "
			    "samples are null without an errno");
	assert_int_equal(check(&r, "fork.copy_mm <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "failed == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.births == 60"), GATE_INCONCLUSIVE);
	run__free(&r);
	/* One survivor does not speak for the others. */
	sample_run(&r, 10);
	fail_calls(&r, INT64_C(64) << 20, 1, 0);
	assert_int_equal(check(&r, "fork.spawn.p50 <= 1s"), GATE_INCONCLUSIVE);
	assert_string_equal(report.headline,
			    "fork at 64M: fork.spawn.p50 <= 1s: line 1: 9 of 10 samples are null "
			    "without an errno, which could change this");
	assert_int_equal(check(&r, "fork.ptes_copied <= 1000000"), GATE_INCONCLUSIVE);
	/* None of them could change this. */
	assert_int_equal(check(&r, "fork.spawn.max <= 1ns"), GATE_REGRESSION);
	run__free(&r);
}

TEST(a_tail_takes_samples_and_a_budget_a_measurement)
{
	struct run r;

	sample_run(&r, 1000);
	assert_int_equal(check(&r, "copy_mm.p99 <= 1s"), GATE_PASS);
	assert_int_equal(check(&r, "copy_mm.p99 <= 1us"), GATE_REGRESSION);
	run__free(&r);
	sample_run(&r, 0);
	assert_int_equal(check(&r, "births == 0"), GATE_NOT_COMPARABLE);
	run__free(&r);
}

/* A profile of `n` forks from a parent of 2 GiB, of which one failed, and `n` threads. */
static void sample_profile(struct run *r, size_t n)
{
	struct birth b = {.life = {.clone_flags = 17, .method = CLONE_METHOD_FORK, .born = true}};

	*r = (struct run){.schema = RUN_SCHEMA, .ended = true, .end.duration_ns = 1000};
	r->clock = strdup("monotonic");
	for (int k = 0; k < SUM_COUNT; k++)
		b.life.sum[k] = MISSING;
	for (int k = 0; k < COUNT_COUNT; k++)
		b.life.count[k] = 0;
	b.life.count[COUNT_parent_rss_anon] = INT64_C(2) << 30;
	strcpy(b.comm, "server");
	for (size_t i = 0; i < n; i++) {
		b.life.method = CLONE_METHOD_FORK;
		b.life.result = i == 0 ? -ENOMEM : 1000 + (int32_t)i;
		b.life.edge[EDGE_clone_enter] = 1000;
		b.life.edge[EDGE_mm_start] = 2000;
		b.life.edge[EDGE_mm_end] = 3000 + i;
		b.life.edge[EDGE_clone_return] = 6000;
		b.life.count[COUNT_cow_copied_parent] = (int64_t)i;
		assert_int_equal(run__add_birth(r, &b), 0);
		b.life.method = CLONE_METHOD_THREAD;
		b.life.result = 2000 + (int32_t)i;
		assert_int_equal(run__add_birth(r, &b), 0);
	}
}

TEST(rules_are_checked_for_the_births_of_a_profile)
{
	static const struct rule_case cases[] = {
		{"fork.births where rss >= 1GiB == 0", GATE_REGRESSION},
		{"fork.births where rss > 2GiB == 0", GATE_PASS},
		{"fork.births == 100", GATE_PASS}, /* one call failed */
		{"births where method != thread == 100", GATE_PASS},
		{"vfork.births == 0", GATE_PASS},
		{"spawn.births == 0", GATE_PASS},
		{"births where comm == server == 201", GATE_PASS},
		{"births where comm != server == 0", GATE_PASS},
		/* 1001 to 1100 ns, without the call that failed. */
		{"fork.copy_mm.max <= 1100ns", GATE_PASS},
		{"fork.copy_mm.max <= 1099ns", GATE_REGRESSION},
		{"fork.copy_mm.min >= 1001ns", GATE_PASS},
		{"fork.copy_mm.p90 <= 1091ns", GATE_PASS},
		{"fork.copy_mm.p90 <= 1090ns", GATE_REGRESSION},
		{"fork.copy_mm.mean <= 1050.5ns", GATE_PASS},
		{"fork.copy_mm.p99 <= 1s", GATE_INCONCLUSIVE}, /* of 100 */
		{"fork.spawn.max <= 5us", GATE_PASS},
		{"fork.cow_copied_parent.max <= 100", GATE_PASS},
		{"fork.cow_copied_parent.max <= 99", GATE_REGRESSION},
		{"failed <= 4.96", GATE_PASS}, /* 1 of 202 */
		{"fork.failed <= 9", GATE_REGRESSION},
		/* What the run does not show. */
		{"vfork.copy_mm <= 1s", GATE_INCONCLUSIVE},
		{"fork.total <= 1s", GATE_INCONCLUSIVE},
		{"copy_pages <= 1s", GATE_INCONCLUSIVE},
		{"posix_spawn.births == 0", GATE_INCONCLUSIVE},
		{"births where pages == 4k == 0", GATE_INCONCLUSIVE},
		{"births where child_write > 0 == 0", GATE_INCONCLUSIVE},
	};

	struct run r;

	sample_profile(&r, 101);
	check_cases(&r, cases, COUNT_OF(cases));
	/* A broken rule names the birth. */
	check(&r, "fork.births where rss >= 1GiB == 0");
	assert_string_equal(report.rows[0].note, "line 1: the first of server, process 0, RSS 2G");
	check(&r, "fork.copy_mm.max <= 1us");
	assert_string_equal(report.rows[0].note,
			    "line 1: the largest is of server, process 0, RSS 2G");
	run__free(&r);
}

TEST(waits_that_ended_too_late_leave_stalls_open)
{
	struct run r;

	sample_profile(&r, 101);
	for (size_t i = 0; i < r.birth_count; i++)
		r.births[i].life.stall_ns = r.births[i].life.stall_sum_ns = 5;
	assert_int_equal(check(&r, "fork.stall.max <= 1ms"), GATE_PASS);
	r.end.waits_late = 1;
	assert_int_equal(check(&r, "fork.stall.max <= 1ms"), GATE_INCONCLUSIVE);
	assert_string_equal(report.rows[0].note,
			    "line 1: 1 wait ended too late, which could change this");
	assert_int_equal(check(&r, "fork.stall.median <= 1ms"), GATE_PASS);
	assert_int_equal(check(&r, "fork.copy_mm.max <= 1s"), GATE_PASS);
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_PASS);
	run__free(&r);
}

/* A verdict must hold whatever the lost records were. */
TEST(lost_records_make_a_rule_inconclusive)
{
	static const struct rule_case cases[] = {
		{"vfork.births == 0", GATE_INCONCLUSIVE},
		{"fork.births <= 100", GATE_INCONCLUSIVE},
		{"fork.births <= 101", GATE_PASS},
		{"fork.births <= 99", GATE_REGRESSION},
		{"fork.births >= 100", GATE_PASS},
		{"fork.births >= 101", GATE_INCONCLUSIVE},
		{"fork.births >= 102", GATE_REGRESSION},
		{"fork.births == 99", GATE_REGRESSION},
		{"fork.births != 99", GATE_PASS},
		{"fork.births != 101", GATE_INCONCLUSIVE},
		/* One among 101 moves the median by half a rank, and may be the largest. */
		{"fork.copy_mm.max <= 1s", GATE_INCONCLUSIVE},
		{"fork.copy_mm.max <= 1us", GATE_REGRESSION},
		{"fork.copy_mm.median <= 1051ns", GATE_PASS},
		{"fork.copy_mm.median <= 1050.5ns", GATE_INCONCLUSIVE},
		{"fork.copy_mm.median <= 1049ns", GATE_REGRESSION},
		{"fork.copy_mm.mean <= 1s", GATE_INCONCLUSIVE},
		{"fork.copy_mm.mean <= 1us", GATE_REGRESSION},
		{"fork.failed <= 19", GATE_INCONCLUSIVE},
		{"fork.failed <= 20", GATE_PASS},
	};
	struct run r;

	sample_profile(&r, 101);
	r.end.lost = 1; /* the end of a child */
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_PASS);
	r.end.births_lost = 1;
	check_cases(&r, cases, COUNT_OF(cases));
	check(&r, "vfork.births == 0");
	assert_string_equal(report.rows[0].note, "line 1: 1 birth lost, which could change this");
	r.end.lost = r.end.births_lost = 0;
	r.end.births_unseen = 1;
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_INCONCLUSIVE);
	r.end.births_unseen = 0;
	r.end.missed = 1;
	assert_int_equal(check(&r, "fork.births <= 100"), GATE_INCONCLUSIVE);
	r.end.missed = 0;
	r.end.untracked = 1;
	assert_int_equal(check(&r, "fork.births <= 100000"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.births <= 99"), GATE_REGRESSION);
	r.end.untracked = 0;
	r.ended = false;
	assert_int_equal(check(&r, "fork.births <= 100000"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.copy_mm <= 1s"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "fork.copy_mm.max <= 1us"), GATE_REGRESSION);
	check(&r, "vfork.births == 0");
	assert_string_equal(report.rows[0].note,
			    "line 1: the run is truncated, which could change this");
	run__free(&r);
}

/* A child that still shares its parent's pages may make the parent copy many later. */
TEST(a_birth_without_the_value_makes_a_rule_inconclusive)
{
	struct run r;

	sample_profile(&r, 11);
	r.births[10].life.count[COUNT_cow_copied_parent] = MISSING;
	assert_int_equal(check(&r, "fork.cow_copied_parent.max <= 100"), GATE_INCONCLUSIVE);
	assert_string_equal(report.rows[0].note,
			    "line 1: 1 birth lacks it, which could change this");
	assert_int_equal(check(&r, "fork.cow_copied_parent.median <= 100"), GATE_PASS);
	/* A parent of unknown memory may be too large. */
	r.births[10].life.count[COUNT_parent_rss_anon] = MISSING;
	assert_int_equal(check(&r, "births where rss >= 4GiB == 0"), GATE_INCONCLUSIVE);
	assert_int_equal(check(&r, "births where rss >= 4GiB <= 1"), GATE_PASS);
	run__free(&r);
}

TEST(a_profile_without_births_is_a_measurement)
{
	struct run r;

	sample_profile(&r, 0);
	assert_int_equal(check(&r, "fork.births == 0"), GATE_PASS);
	assert_int_equal(check(&r, "copy_mm <= 1s"), GATE_INCONCLUSIVE);
	run__free(&r);
}
