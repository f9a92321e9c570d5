// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From records to births, groups and quantiles. */
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/groups.h"
#include "user/collect/births.h"
#include "user/model/run.h"
#include "user/tests/record_edges.h"

#define PARENT 1000

static struct source_choice choice;
static struct births *births;
static struct groups groups;
static int begun, settled, over;
static struct birth last; /* without what it holds */
static char last_path[64];

static void on_birth(void *context, struct birth *b, enum birth_stage stage)
{
	begun += stage == BIRTH_BEGUN;
	settled += stage == BIRTH_SETTLED;
	over += stage == BIRTH_OVER;
	if (stage == BIRTH_BEGUN)
		return;
	last = *b;
	snprintf(last_path, sizeof(last_path), "%s", b->path ? b->path : "");
	if (stage == BIRTH_OVER)
		assert_int_equal(groups__add(&groups, b), 0);
}

static int set_up(void **state)
{
	begun = settled = over = 0;
	choice.no_stalls = NULL;
	for (int i = 0; i < SUM_COUNT; i++)
		choice.sums[i] = &sources[0];
	births = births__new(&choice, on_birth, NULL);
	groups__init(&groups, GROUP_BY_COMM);
	return births ? 0 : -1;
}

static int tear_down(void **state)
{
	births__free(births);
	groups__free(&groups);
	return 0;
}

/* A fork of a thousand ns in the call. */
static struct record_birth birth(uint32_t tid, uint64_t t)
{
	return (struct record_birth){
		.head = {.kind = RECORD_BIRTH, .tid = tid},
		.child_tgid = tid,
		.parent_tgid = PARENT,
		.parent_tid = PARENT,
		.result = (int32_t)tid,
		.method = CLONE_METHOD_FORK,
		.counted = 1,
		.clone_flags = SIGCHLD,
		.edge = {IN_BIRTH(clone_enter) = t, IN_BIRTH(mm_start) = t + 100,
			 IN_BIRTH(mm_end) = t + 700, IN_BIRTH(newtask) = t + 800,
			 IN_BIRTH(woken) = t + 850, IN_BIRTH(clone_return) = t + 1000},
		.parent = {10, 20, 30, 4096, 40, 1},
		.comm = "parent",
		.exe_name = "program",
	};
}

static struct record_exec exec_of(uint32_t tid, uint64_t t, int32_t result)
{
	return (struct record_exec){
		.head = {.kind = RECORD_EXEC, .tid = tid},
		.tgid = tid,
		.result = result,
		.edge = {IN_EXEC(first_run) = t, IN_EXEC(exec_enter) = t + 10,
			 IN_EXEC(exec_flush) = t + 20, IN_EXEC(exec_load) = t + 30,
			 IN_EXEC(exec_done) = t + 40},
		.counted = !result,
		.cow_child = {.faults = 3},
	};
}

static struct record_death death(uint32_t tid, uint64_t t)
{
	return (struct record_death){
		.head = {.kind = RECORD_DEATH, .tid = tid},
		.tgid = tid,
		.counted = 1,
		.edge = {IN_DEATH(exit_start) = t, IN_DEATH(exit_mm_end) = t + 50,
			 IN_DEATH(exit) = t + 50},
		.cow_child = {.ns = 70, .faults = 7},
	};
}

static void add(const void *record, size_t size)
{
	assert_int_equal(births__add(births, record, size), 0);
}

#define ADD(r) add(&(r), sizeof(r))

static void command(uint32_t tid, const char *path, const char *args, size_t bytes)
{
	struct record_command r = {.head = {.kind = RECORD_COMMAND, .tid = tid}};

	r.path_bytes = strlen(path) + 1;
	r.args_bytes = r.args_total = bytes;
	memcpy(r.text, path, r.path_bytes);
	memcpy(r.text + r.path_bytes, args, bytes);
	add(&r, offsetof(struct record_command, text) + r.path_bytes + bytes);
}

TEST_BETWEEN(a_birth_settles_when_the_child_execs, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec_of(7, 7000, 0);
	struct record_death d = death(7, 9000);

	ADD(b);
	assert_true(begun == 1 && settled == 0);
	command(7, "/bin/echo", "echo\0hi", 8);
	ADD(e);
	assert_int_equal(settled, 1);
	assert_string_equal(last_path, "/bin/echo");
	assert_int_equal(last.args_bytes, 8);
	assert_int_equal(last.life.count[COUNT_cow_faults_child], 3);
	assert_int_equal(over, 0);
	ADD(d);
	assert_int_equal(settled, 1);
	assert_int_equal(over, 1);
	assert_int_equal(birth_call_ns(&last), 1000);
	assert_int_equal(phase_ns(&last.life, PHASE_exec_open), 10);
	assert_int_equal(phase_ns(&last.life, PHASE_exit_mm), 50);
	assert_int_equal(births__received(births), 1);
}

/* The record of a parent that vfork holds comes last. */
TEST_BETWEEN(records_come_in_any_order, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec_of(7, 5900, 0);
	struct record_death d = death(7, 6500);

	b.clone_flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
	b.method = CLONE_METHOD_VFORK;
	b.edge IN_BIRTH(clone_return) = 8000;
	ADD(e);
	ADD(d);
	assert_int_equal(settled + over, 0);
	ADD(b);
	assert_int_equal(settled, 1);
	assert_int_equal(over, 1);
	assert_int_equal(phase_ns(&last.life, PHASE_copy_mm), MISSING);
	assert_int_equal(phase_ns(&last.life, PHASE_vfork_wait), 8000 - 5850);
	/* An address space that is shared has no copy-on-write of its own. */
	assert_int_equal(last.life.count[COUNT_cow_faults_child], MISSING);
}

TEST_BETWEEN(a_tid_is_used_again, set_up, tear_down)
{
	struct record_birth first = birth(7, 5000), second = birth(7, 50000);
	struct record_death d = death(7, 60000);

	ADD(first); /* and its death is lost */
	ADD(second);
	assert_int_equal(over, 1);
	assert_int_equal(last.life.edge[EDGE_clone_enter], 5000);
	ADD(d);
	assert_int_equal(over, 2);
	assert_int_equal(last.life.edge[EDGE_clone_enter], 50000);
}

/* As vfork's, on a busy machine: its record comes long after its child's death. */
TEST_BETWEEN(a_parent_may_return_late, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 6500);

	ADD(d);
	births__tick(births, 40000000000ULL);
	births__tick(births, 50000000000ULL);
	ADD(b);
	assert_int_equal(over, 1);
}

TEST_BETWEEN(a_child_whose_birth_is_lost_is_dropped, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 6500);

	ADD(d);
	births__tick(births, 61000000000ULL);
	ADD(b);
	assert_int_equal(settled + over, 0);
}

TEST_BETWEEN(many_children_without_a_birth_are_dropped_sooner, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);

	for (int tid = 1; tid <= 11000; tid++) {
		struct record_death d = death(tid, 6500);

		ADD(d);
	}
	births__tick(births, 4000000000ULL);
	births__tick(births, 6000000000ULL);
	ADD(b);
	assert_int_equal(settled + over, 0);
}

/* What one thread waited for the lock of PARENT, which entered its clone at `t`. */
static void wait_for(uint64_t t, uint64_t ns)
{
	struct record_stall r = {
		.head.kind = RECORD_STALL, .parent_tid = PARENT, .clone_enter = t, .wait_ns = ns};

	ADD(r);
}

TEST_BETWEEN(the_waits_of_others_belong_to_the_birth_that_made_them_wait, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000), again = birth(8, 9000);
	struct record_death d = death(7, 5000), d_again = death(8, 9000);

	choice.no_stalls = "";
	b.parent_threads = again.parent_threads = 3;
	wait_for(5000, 600);
	ADD(b);
	ADD(d);
	/* One waiter gets the lock only after the child has ended. */
	births__tick(births, 7000);
	assert_int_equal(over, 0);
	wait_for(5000, 900);
	wait_for(9000, 1);
	ADD(again);
	ADD(d_again);
	births__tick(births, 300000000ULL);
	assert_int_equal(over, 2);
	assert_int_equal(groups.all.stall.n, 2);
	assert_int_equal(groups.all.stall.max, 900);
	assert_float_equal(groups.all.stall_sum_ns, 1501, 0);
}

TEST_BETWEEN(a_wait_that_ends_after_its_birth_was_shown_is_counted, set_up, tear_down)
{
	struct record_birth first = birth(7, 5000), second = birth(8, 9000);
	struct record_death d = death(8, 9000), d_first = death(7, 5000);

	choice.no_stalls = "";
	first.parent_threads = second.parent_threads = 3;
	ADD(first); /* and its child lives */
	ADD(second);
	ADD(d);
	births__tick(births, 300000000ULL);
	assert_int_equal(over, 1);
	assert_int_equal(births__waits_late(births), 0);
	wait_for(9000, 250000000);
	assert_int_equal(births__waits_late(births), 1);
	/* The first was not shown yet: it takes its wait. */
	wait_for(5000, 260000000);
	assert_int_equal(births__waits_late(births), 1);
	ADD(d_first);
	assert_int_equal(last.life.stall_ns, 260000000);
	wait_for(5000, 270000000);
	assert_int_equal(births__waits_late(births), 2);
	/* Of a fork that is not over. */
	wait_for(400000000, 1);
	assert_int_equal(births__waits_late(births), 2);
}

TEST_BETWEEN(nobody_waits_where_no_record_says_so, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 5000);

	choice.no_stalls = "";
	b.parent_threads = 1; /* nobody could */
	ADD(b);
	ADD(d);
	assert_int_equal(over, 1);
	assert_int_equal(last.life.stall_ns, 0);
	assert_int_equal(last.life.stall_sum_ns, 0);
}

TEST_BETWEEN(without_a_copy_or_a_probe_no_wait_is_known, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000), vfork = birth(8, 9000);
	struct record_death d = death(7, 5000), d_vfork = death(8, 9000);

	ADD(b);
	ADD(d);
	assert_int_equal(last.life.stall_ns, MISSING);
	choice.no_stalls = "this kernel has none";
	ADD(b);
	ADD(d);
	assert_int_equal(last.life.stall_ns, MISSING);
	choice.no_stalls = "";
	vfork.clone_flags = PHASE_VM | PHASE_VFORK;
	ADD(vfork);
	ADD(d_vfork);
	assert_int_equal(over, 3);
	assert_int_equal(last.life.stall_ns, MISSING);
}

TEST_BETWEEN(the_end_finishes_all, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);

	for (uint32_t tid = 1; tid <= 40000; tid++) {
		b.head.tid = tid;
		b.result = (int32_t)tid;
		ADD(b);
	}
	assert_int_equal(over, 0);
	births__finish(births);
	assert_int_equal(settled, 40000);
	assert_int_equal(over, 40000);
}

TEST_BETWEEN(processes_that_have_not_ended_are_alive, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000), thread = birth(8, 5000), failure = birth(0, 5000);
	struct record_death d = death(7, 9000);

	thread.method = CLONE_METHOD_THREAD;
	failure.result = -EAGAIN;
	assert_int_equal(births__alive(births), 0);
	ADD(b);
	ADD(thread);
	ADD(failure);
	assert_int_equal(births__alive(births), 1);
	ADD(d);
	assert_int_equal(births__alive(births), 0);
}

TEST_BETWEEN(a_failure_is_over_at_once, set_up, tear_down)
{
	struct record_birth b = birth(0, 5000);

	b.result = -EAGAIN;
	ADD(b);
	ADD(b);
	assert_int_equal(over, 2);
	assert_int_equal(groups.v[0].errnos[0].number, EAGAIN);
	assert_int_equal(groups.v[0].errnos[0].n, 2);
}

TEST_BETWEEN(what_no_probe_measured_is_missing, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 9000);

	memset(&choice, 0, sizeof(choice));
	ADD(b);
	ADD(d);
	assert_int_equal(last.life.sum[SUM_copy_pages], MISSING);
	assert_int_equal(last.life.count[COUNT_cow_faults_child], MISSING);
	assert_int_equal(last.life.count[COUNT_parent_vmas], 40);
}

TEST_BETWEEN(damaged_records_are_refused, set_up, tear_down)
{
	struct record_command r = {.head = {.kind = RECORD_COMMAND, .tid = 7},
				   .path_bytes = 0xffffffff,
				   .args_bytes = 2};
	struct record_birth b = birth(7, 5000);

	assert_int_equal(births__add(births, &r.head, sizeof(r)), -EINVAL);
	r.path_bytes = 10;
	r.args_bytes = 0xfffffff8;
	assert_int_equal(births__add(births, &r.head, sizeof(r)), -EINVAL);
	assert_int_equal(births__add(births, &r.head, 10), -EINVAL);
	assert_int_equal(births__add(births, &b.head, sizeof(b) - 1), -EINVAL);
	assert_int_equal(births__add(births, &b.head, 3), -EINVAL);
	b.head.kind = 99;
	assert_int_equal(births__add(births, &b.head, sizeof(b)), -EINVAL);
}

TEST_BETWEEN(groups_are_made_of_parent_and_method, set_up, tear_down)
{
	struct record_birth b = birth(1, 5000);

	for (uint32_t tid = 1; tid <= 30; tid++) {
		b.head.tid = tid;
		b.result = (int32_t)tid;
		b.method = tid % 3 ? CLONE_METHOD_FORK : CLONE_METHOD_OTHER;
		strcpy(b.comm, tid % 2 ? "odd" : "even");
		ADD(b);
	}
	births__finish(births);
	assert_int_equal(groups.n, 4);
	assert_int_equal(groups.all.received, 30);
	for (size_t i = 0; i < groups.n; i++)
		assert_int_equal(groups.v[i].received,
				 groups.v[i].key.method == CLONE_METHOD_FORK ? 10 : 5);
}

/* The kernel counts what was lost, also for a group of which nothing was received. */
TEST_BETWEEN(lost_births_count_in_their_group, set_up, tear_down)
{
	struct record_birth b = birth(1, 5000);
	struct group_key key = {.method = CLONE_METHOD_FORK};
	struct group_counts counts = {.births = 16, .failures = 2, .lost = 18};

	ADD(b);
	births__finish(births);
	groups__count_received(&groups);
	memcpy(key.id, "parent", 6);
	assert_int_equal(groups__count(&groups, &key, &counts), 0);
	assert_int_equal(groups.n, 1);
	assert_int_equal(groups.v[0].received, 1);
	assert_int_equal(groups.v[0].counts.births, 17);
	memcpy(key.id, "other\0", 6);
	assert_int_equal(groups__count(&groups, &key, &counts), 0);
	assert_int_equal(groups.n, 2);
	assert_string_equal(groups.v[1].label, "other");
	assert_int_equal(groups.all.counts.births, 33);
	assert_int_equal(groups.all.counts.lost, 36);
	groups__sort(&groups);
	assert_int_equal(groups.v[0].received, 1);
}

TEST_BETWEEN(groups_are_bounded, set_up, tear_down)
{
	struct record_birth b = birth(1, 5000);

	for (uint32_t tid = 1; tid <= GROUPS_MAX + 10; tid++) {
		b.head.tid = tid;
		b.result = (int32_t)tid;
		snprintf(b.comm, sizeof(b.comm), "%u", tid);
		ADD(b);
	}
	births__finish(births);
	assert_int_equal(groups.n, GROUPS_MAX);
	assert_int_equal(groups.other.received, 10);
	assert_int_equal(groups.all.received, GROUPS_MAX + 10);
}

/* Waits are no work: of the call's 1000 ns all is, of the child's only what the kernel does. */
TEST_BETWEEN(work_leaves_waiting_out, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec_of(7, 9000, 0);

	ADD(b);
	ADD(e);
	assert_int_equal(birth_work_ns(&last), 1000 + 30);
	b.method = CLONE_METHOD_VFORK;
	b.clone_flags = CLONE_VM | CLONE_VFORK;
	ADD(b);
	births__finish(births);
	assert_int_equal(birth_work_ns(&last), 850);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

TEST_BETWEEN(quantiles_are_within_the_error_they_state, set_up, tear_down)
{
	enum { N = 20001 };
	static int64_t v[N];
	struct sketch s = {0};
	uint64_t random = 1;

	for (int i = 0; i < N; i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		v[i] = (int64_t)((random >> 20) >> (random >> 58));
		assert_int_equal(sketch__add(&s, v[i]), 0);
	}
	qsort(v, N, sizeof(*v), by_value);
	for (int i = 0; i <= 1000; i++) {
		int rank = i * ((N - 1) / 1000);
		double exact = (double)v[rank];
		double got = sketch__quantile(&s, i / 1000.0);

		assert_true(fabs(got - exact) <= 0.008 * exact + 0.5);
	}
	assert_true(sketch__quantile(&s, 1) == (double)v[N - 1]);
	assert_true(sketch__quantile(&s, 0) == (double)v[0]);
	sketch__free(&s);
	assert_true(isnan(sketch__quantile(&s, 0.5)));
}

TEST_BETWEEN(extremes_fit_into_a_sketch, set_up, tear_down)
{
	struct sketch s = {0};

	assert_int_equal(sketch__add(&s, INT64_MAX), 0);
	assert_int_equal(sketch__add(&s, INT64_MIN), 0);
	assert_int_equal(sketch__add(&s, 0), 0);
	assert_int_equal(s.n, 3);
	assert_true(sketch__quantile(&s, 0.5) == 0);
	assert_true(sketch__quantile(&s, 1) == (double)INT64_MAX);
	sketch__free(&s);
}
