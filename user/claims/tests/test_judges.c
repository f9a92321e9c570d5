// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Verdicts of runs that are made up: each kind of verdict, and what decides between them. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/claims/claim.h"
#include "user/claims/evidence.h"

#define ROUNDS	     12
#define SAMPLES_EACH (4 * ROUNDS)
#define MIB	     (1L << 20)
#define GIB	     (1L << 30)

static struct run r;

static int begin(void **state)
{
	r = (struct run){.ended = true, .rounds = ROUNDS};
	r.clock = strdup("monotonic");
	return 0;
}

static int end(void **state)
{
	run__free(&r);
	return 0;
}

/* Samples around a value: those of a round are alike, and rounds differ by up to `spread`. */
static void fill(struct series *s, double ns, double spread)
{
	static const double rounds[ROUNDS] = {0,    1,	 -1,   0.5, -0.5, 0.2,
					      -0.9, 0.8, -0.2, 0.4, -0.7, 0.1};

	for (size_t i = 0; i < SAMPLES_EACH; i++)
		series__push(s, (int64_t)(ns * (1 + spread * rounds[i * ROUNDS / SAMPLES_EACH])));
}

/* `started_ns` 0: the children do not exec. */
static struct cell *add_spread(const char *method, long bytes, double call_ns, double started_ns,
			       double spread)
{
	struct cell *c = run__add_cell(&r);

	cell__add_key_text(c, "method", method);
	cell__add_key_number(c, "rss_bytes", bytes);
	cell__add_key_text(c, "pages", "4k");
	cell__add_key_text(c, "trace", "none");
	c->n = SAMPLES_EACH;
	fill(&c->samples[SAMPLE_spawn_ns], call_ns, spread);
	fill(&c->samples[SAMPLE_total_ns], 2 * call_ns, spread);
	if (started_ns > 0)
		fill(&c->samples[SAMPLE_exec_ns], started_ns, spread);
	return c;
}

static struct cell *add(const char *method, long bytes, double call_ns, double started_ns)
{
	return add_spread(method, bytes, call_ns, started_ns, 0.01);
}

static void observe(const char *name, int64_t value, size_t n)
{
	struct observation *o = run__add_observation(&r, name, "number", "");

	for (size_t i = 0; i < n; i++)
		series__push(&o->values, value);
}

static struct verdict judge(const char *name)
{
	const struct claim *c = claim_by_name(name);
	struct evidence e;
	struct verdict v;

	assert_non_null(c);
	assert_int_equal(evidence__init(&e, &r), 0);
	v = claim_judge(c, &e);
	evidence__free(&e);
	assert_true(v.why[0] != '\0');
	return v;
}

/* The number whose words are these. */
static const struct verdict_number *number(const struct verdict *v, const char *what)
{
	for (size_t i = 0; i < v->n; i++)
		if (strstr(v->numbers[i].what, what))
			return &v->numbers[i];
	fail_msg("no number: %s", what);
	return NULL;
}

static void assert_kind(const char *name, enum verdict_kind kind)
{
	struct verdict v = judge(name);

	if (v.kind != kind)
		fail_msg("%s: %s (%s)", name, verdict_name(v.kind), v.why);
}

TEST(names_are_unique_and_are_found)
{
	for (size_t i = 0; i < claim_count; i++)
		assert_ptr_equal(claim_by_name(claims[i]->name), claims[i]);
	assert_null(claim_by_name("vfork"));
	assert_true(claim_count <= 64); /* of a set of bits */
}

TEST_BETWEEN(without_evidence_every_claim_is_absent, begin, end)
{
	for (size_t i = 0; i < claim_count; i++)
		assert_kind(claims[i]->name, VERDICT_ABSENT);
}

TEST_BETWEEN(a_cell_that_was_skipped_is_the_reason, begin, end)
{
	struct cell *c = run__add_cell(&r);
	struct verdict v;

	cell__add_key_text(c, "method", "fork");
	cell__add_key_number(c, "rss_bytes", 512 * MIB);
	c->skipped = strdup("needs 600 MiB");
	v = judge("fork-500mb");
	assert_int_equal(v.kind, VERDICT_ABSENT);
	assert_string_equal(v.why, "fork was not measured: needs 600 MiB");
}

TEST_BETWEEN(a_ratio_that_changes_with_the_size_depends_on_it, begin, end)
{
	struct verdict v;

	add("fork", MIB, 30000, 0);
	add("vfork", MIB, 10000, 0);
	add("fork", 16 * MIB, 480000, 0);
	add("vfork", 16 * MIB, 10000, 0);
	v = judge("vfork-ratio");
	assert_int_equal(v.kind, VERDICT_DEPENDS);
	/* Three times at 1 MiB, 48 at 16: it grows with the size. */
	assert_true(fabs(v.crossing.estimate / (5.0 / 3 * MIB) - 1) < 0.02);
	assert_true(v.crossing.low <= v.crossing.estimate &&
		    v.crossing.high >= v.crossing.estimate);
	assert_true(v.crossing.high / v.crossing.low < 1.2);
	assert_true(fabs(number(&v, "from 16 MiB")->value.estimate - 48) < 0.5);
}

TEST_BETWEEN(a_ratio_within_the_range_everywhere_holds, begin, end)
{
	add("fork", MIB, 45000, 0);
	add("vfork", MIB, 10000, 0);
	assert_kind("vfork-ratio", VERDICT_HOLDS);
	add("fork", 2 * MIB, 46000, 0);
	add("vfork", 2 * MIB, 10000, 0);
	assert_kind("vfork-ratio", VERDICT_HOLDS);
}

TEST_BETWEEN(a_ratio_beyond_the_range_everywhere_does_not_hold, begin, end)
{
	add("fork", MIB, 100000, 0);
	add("vfork", MIB, 10000, 0);
	assert_kind("vfork-ratio", VERDICT_FAILS);
}

TEST_BETWEEN(a_ratio_beyond_the_range_at_one_size_decides_nothing_of_others, begin, end)
{
	add("fork", MIB, 100000, 0);
	add("vfork", MIB, 10000, 0);
	/* 5.2, and an interval that holds 5. */
	add_spread("fork", 16 * MIB, 52000, 0, 0.4);
	add("vfork", 16 * MIB, 10000, 0);
	assert_kind("vfork-ratio", VERDICT_INCONCLUSIVE);
	/* Certainly below 5: it passes it somewhere. */
	add("fork", 64 * MIB, 30000, 0);
	add("vfork", 64 * MIB, 10000, 0);
	assert_kind("vfork-ratio", VERDICT_DEPENDS);
}

TEST_BETWEEN(an_interval_that_holds_the_limit_is_inconclusive, begin, end)
{
	add_spread("fork", 512 * MIB, 1005000, 0, 0.1);
	assert_kind("fork-500mb", VERDICT_INCONCLUSIVE);
	run__free(&r);
	begin(NULL);
	add_spread("fork", 512 * MIB, 1500000, 0, 0.1);
	assert_kind("fork-500mb", VERDICT_FAILS);
	run__free(&r);
	begin(NULL);
	add_spread("fork", 512 * MIB, 500000, 0, 0.1);
	assert_kind("fork-500mb", VERDICT_HOLDS);
}

TEST_BETWEEN(too_few_rounds_for_an_interval_decide_nothing, begin, end)
{
	r.rounds = 3;
	add("fork", 512 * MIB, 9000000, 0);
	assert_kind("fork-500mb", VERDICT_INCONCLUSIVE);
}

TEST_BETWEEN(a_size_that_was_not_measured_is_extrapolated_and_marked, begin, end)
{
	struct verdict v;

	add("fork", MIB, 20000, 0);
	add("fork", 64 * MIB, 1280000, 0);
	v = judge("fork-500mb");
	assert_int_equal(v.kind, VERDICT_FAILS);
	assert_true(number(&v, "512 MiB")->extrapolated);
	assert_true(fabs(number(&v, "512 MiB")->value.estimate / 10.24e6 - 1) < 0.01);
}

/* A fork that takes so long per GiB. */
static void fork_per_gib(double ns)
{
	run__free(&r);
	begin(NULL);
	add("fork", MIB, ns / 1024, 0);
	add("fork", GIB, ns, 0);
}

TEST_BETWEEN(tens_of_gigabytes_by_the_slope, begin, end)
{
	struct verdict v;

	fork_per_gib(8e6);
	v = judge("tens-of-gb");
	assert_int_equal(v.kind, VERDICT_FAILS);
	assert_true(number(&v, "20 GiB")->extrapolated && number(&v, "90 GiB")->extrapolated);
	assert_false(number(&v, "per GiB")->extrapolated);
	fork_per_gib(80e6);
	assert_kind("tens-of-gb", VERDICT_HOLDS);
	fork_per_gib(25e6);
	v = judge("tens-of-gb");
	assert_int_equal(v.kind, VERDICT_DEPENDS);
	assert_true(fabs(v.crossing.estimate / (40.0 * GIB) - 1) < 0.01);
	assert_true(v.crossing.low < v.crossing.estimate && v.crossing.high > v.crossing.estimate);
}

TEST_BETWEEN(instructions_are_no_time, begin, end)
{
	struct verdict v;

	free(r.clock);
	r.clock = strdup("icount");
	add("fork", MIB, 80000, 0);
	add("fork", 512 * MIB, 20e6, 0);
	add("vfork", MIB, 10000, 0);
	add("vfork", 512 * MIB, 10000, 0);
	v = judge("fork-500mb");
	assert_int_equal(v.kind, VERDICT_ABSENT);
	assert_true(fabs(number(&v, "512 MiB")->value.estimate / 20e6 - 1) < 0.02);
	assert_kind("tens-of-gb", VERDICT_ABSENT);
	/* Ratios are exact, and need no interval. */
	assert_kind("vfork-ratio", VERDICT_FAILS);
}

TEST_BETWEEN(what_a_vma_costs_decides_on_page_tables, begin, end)
{
	add("fork", MIB, 30000, 0);
	cell__add_key_number(add("fork", MIB, 40000, 0), "vmas", 100);
	cell__add_key_number(add("fork", MIB, 330000, 0), "vmas", 1000);
	assert_kind("only-page-tables", VERDICT_FAILS);
	run__free(&r);
	begin(NULL);
	cell__add_key_number(add("fork", MIB, 30000, 0), "vmas", 100);
	cell__add_key_number(add("fork", MIB, 30000, 0), "vmas", 1000);
	assert_kind("only-page-tables", VERDICT_INCONCLUSIVE);
}

TEST_BETWEEN(the_same_time_up_to_a_tenth, begin, end)
{
	struct verdict v;

	add("vfork-exec", MIB, 20000, 40000);
	add("fork-exec", MIB, 20000, 41000);
	assert_kind("fork-exec", VERDICT_HOLDS);
	add("vfork-exec", 64 * MIB, 20000, 40000);
	add("fork-exec", 64 * MIB, 900000, 1000000);
	v = judge("fork-exec");
	assert_int_equal(v.kind, VERDICT_DEPENDS);
	assert_true(v.crossing.estimate > MIB && v.crossing.estimate < 2.0 * MIB);
	/* posix_spawn takes 1.7 times as long everywhere. */
	add("posix_spawn", MIB, 30000, 68000);
	add("posix_spawn", 64 * MIB, 30000, 68000);
	assert_kind("spawn-vfork-exec", VERDICT_FAILS);
	/* vfork and exec do not grow. */
	assert_kind("exec-copies", VERDICT_HOLDS);
	assert_kind("fork-over", VERDICT_ABSENT);
	add("fork", 64 * MIB, 700000, 0);
	assert_kind("fork-over", VERDICT_FAILS);
}

TEST_BETWEEN(an_exec_that_grows_with_the_parent_copies, begin, end)
{
	add("vfork-exec", MIB, 20000, 40000);
	add("vfork-exec", 64 * MIB, 20000, 340000);
	add("fork-exec", MIB, 20000, 40000);
	add("fork-exec", 64 * MIB, 20000, 340000);
	assert_kind("exec-copies", VERDICT_FAILS);
}

TEST_BETWEEN(posix_spawn_by_its_clone_flags, begin, end)
{
	observe("fork_clone_flags", CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, 1);
	assert_kind("spawn-is-fork-exec", VERDICT_ABSENT);
	observe("posix_spawn_clone_flags", CLONE_VM | CLONE_VFORK, 1);
	assert_kind("spawn-is-fork-exec", VERDICT_FAILS);
	r.observations[1].values.v[0] = CLONE_CHILD_SETTID;
	assert_kind("spawn-is-fork-exec", VERDICT_HOLDS);
}

TEST_BETWEEN(who_waits_by_the_windows_with_a_fork, begin, end)
{
	observe("wait_worst_beside_loop_ns", 0, 16);
	observe("wait_worst_beside_fork_ns", 0, 16);
	assert_kind("only-forker-waits", VERDICT_HOLDS);
	for (size_t i = 0; i < 16; i++)
		r.observations[1].values.v[i] = 2000000 + 1000 * (int64_t)i;
	assert_kind("only-forker-waits", VERDICT_FAILS);
	for (size_t i = 3; i < 16; i++)
		r.observations[1].values.v[i] = 0;
	assert_string_equal(judge("only-forker-waits").why,
			    "the thread waits beside too few of the forks");
	for (size_t i = 3; i < 16; i++)
		r.observations[1].values.v[i] = 2000000 + 1000 * (int64_t)i;
	/* The thread waits as long without a fork. */
	for (size_t i = 0; i < 16; i++)
		r.observations[0].values.v[i] = 2000000 + 3000 * (int64_t)(i % 5);
	assert_kind("only-forker-waits", VERDICT_INCONCLUSIVE);
}

TEST_BETWEEN(orders_and_ids_by_counts, begin, end)
{
	observe("vfork_child_ended_first", 1, 20);
	observe("vfork_child_has_parents_pid", 0, 20);
	observe("vfork_child_has_parent_as_parent", 1, 20);
	observe("fork_child_first_on_one_cpu", 0, 300);
	assert_kind("vfork-first", VERDICT_HOLDS);
	assert_kind("vfork-pid", VERDICT_FAILS);
	assert_kind("fork-first", VERDICT_INCONCLUSIVE);
	observe("fork_child_first_on_any_cpu", 1, 300);
	assert_kind("fork-first", VERDICT_DEPENDS);
	r.observations[3].values.v[7] = 1;
	assert_kind("fork-first", VERDICT_HOLDS);
	r.observations[0].values.v[7] = 0;
	assert_kind("vfork-first", VERDICT_FAILS);
	r.observations[1].values.v[7] = 1;
	assert_kind("vfork-pid", VERDICT_HOLDS);
}

TEST_BETWEEN(limits_by_their_errno, begin, end)
{
	observe("fork_errno_at_process_limit", EAGAIN, 10);
	observe("fork_errno_below_process_limit", 0, 10);
	observe("fork_errno_at_commit_limit", ENOMEM, 10);
	assert_kind("process-limit", VERDICT_HOLDS);
	assert_kind("commit-limit", VERDICT_HOLDS);
	/* Without the limit it fails, too: the limit is not why. */
	r.observations[1].values.v[0] = EAGAIN;
	assert_kind("process-limit", VERDICT_INCONCLUSIVE);
	for (size_t i = 0; i < 10; i++)
		r.observations[2].values.v[i] = 0;
	assert_kind("commit-limit", VERDICT_FAILS);
}

TEST_BETWEEN(an_absent_observation_has_its_reason, begin, end)
{
	struct observation *o =
		run__add_observation(&r, "fork_child_stack_pages_unshared", "number", "");
	struct verdict v;

	o->absent = strdup("no \x1b[31m pagemap");
	v = judge("stack-cow");
	assert_int_equal(v.kind, VERDICT_ABSENT);
	assert_string_equal(v.why, "no \x1b[31m pagemap"); /* who prints it escapes it */
}
