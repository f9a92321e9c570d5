// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/tests/unit.h"
#include "user/tests/sample_records.h"

TEST_BETWEEN(a_life_is_what_its_records_say, set_up, tear_down)
{
	static const int64_t cow[] = {12, 10, 2, 1, 23, 20, 3, 2};
	int64_t page = sysconf(_SC_PAGESIZE);
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	const struct life *life;

	ADD(b);
	ADD(e);
	ADD(d);
	assert_int_equal(l.n, 1);
	life = &l.v[0];
	assert_true(life->born && life->execed && life->dead);
	assert_int_equal(life->tid, 7);
	assert_int_equal(life->parent_tgid, PARENT);
	assert_int_equal(life->result, 7);
	assert_int_equal(life->exec_result, 0);
	assert_int_equal(life->method, CLONE_METHOD_FORK);
	assert_int_equal(life->clone_flags, FORK);
	assert_memory_equal(&life->edge[EDGE_clone_enter], b.edge, sizeof(b.edge));
	assert_memory_equal(&life->edge[EDGE_first_run], e.edge, sizeof(e.edge));
	assert_memory_equal(&life->edge[EDGE_exit_start], d.edge, sizeof(d.edge));
	assert_int_equal(life->sum[SUM_copy_files], 30);
	assert_int_equal(life->sum[SUM_copy_pages], 150);
	assert_int_equal(life->sum[SUM_cow_child], 111);
	assert_int_equal(life->sum[SUM_cow_parent], 222);
	assert_int_equal(life->count[COUNT_ptes_copied], 7 + 8 + 9);
	assert_int_equal(life->count[COUNT_page_table_bytes], 8192);
	assert_int_equal(life->count[COUNT_vmas], 39);
	assert_memory_equal(&life->count[COUNT_cow_faults_child], cow, sizeof(cow));
	assert_int_equal(life->count[COUNT_parent_rss_anon], 10 * page);
	assert_int_equal(life->count[COUNT_parent_rss_file], 20 * page);
	assert_int_equal(life->count[COUNT_parent_rss_shmem], 30 * page);
	assert_int_equal(life->count[COUNT_parent_page_table_bytes], 4096);
	assert_int_equal(life->count[COUNT_parent_vmas], 40);
	assert_int_equal(life->count[COUNT_parent_threads], 2);
	assert_int_equal(life->count[COUNT_parent_fds], 5);
}

/* That of a vfork comes before the birth; the record of the exec, if there is one, after it. */
TEST_BETWEEN(a_life_has_the_syscalls_until_its_exec, set_up, tear_down)
{
	struct record_syscalls s = syscalls_until_exec(7), of_later = syscalls_until_exec(7);
	struct record_birth b = vfork_birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);

	of_later.total = 99;
	ADD(s);
	ADD(b);
	ADD(d);
	ADD(of_later);
	assert_int_equal(l.n, 2);
	assert_int_equal(l.v[0].count[COUNT_child_syscalls], 10);
	assert_int_equal(l.v[0].other_syscalls, 1);
	assert_memory_equal(l.v[0].syscall, s.kind, sizeof(s.kind));
	s.head.tid = 8;
	b.head.tid = 8;
	ADD(b);
	assert_int_equal(l.v[2].count[COUNT_child_syscalls], MISSING);
}

TEST_BETWEEN(a_life_has_the_times_off_the_cpu_of_its_records, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d;

	b.off IN_BIRTH(clone_enter) = 70;
	b.off IN_BIRTH(mm_start) = 70;
	b.off IN_BIRTH(mm_end) = b.off IN_BIRTH(newtask) = 74;
	b.off IN_BIRTH(clone_return) = 79;
	e.off IN_EXEC(exec_load) = e.off IN_EXEC(exec_done) = 3;
	d = death_after(&e, 5000);
	memcpy(d.exec_off, e.off, sizeof(e.off));
	d.off IN_DEATH(exit_start) = 4;
	d.off IN_DEATH(exit_mm_end) = 6;
	ADD(b);
	ADD(e);
	ADD(d);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_clone_setup), 0);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_copy_mm), 4);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_clone_finish), 0);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_wake), 5);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_exec_flush), 3);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_exec_load), 0);
	assert_int_equal(phase_off_ns(&l.v[0], PHASE_exit_mm), 2);
	assert_int_equal(phase_ns(&l.v[0], PHASE_copy_mm), 196);
}

/* What was not read holds anything. */
TEST_BETWEEN(uncounted_records_have_times_alone, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 5000);

	b.counted = d.counted = 0;
	ADD(b);
	ADD(d);
	assert_int_equal(l.v[0].edge[EDGE_clone_return], 5500);
	assert_int_equal(l.v[0].edge[EDGE_reaped], 6300);
	for (int s = 0; s < SUM_COUNT; s++)
		assert_true(l.v[0].sum[s] == MISSING);
	for (int c = 0; c < COUNT_COUNT; c++)
		assert_true(l.v[0].count[c] == MISSING);
}

/* The kernel skipped the probe at one end of a span: the sum has the other end's time in it. */
TEST_BETWEEN(a_sum_that_lacks_an_end_is_missing, set_up, tear_down)
{
	struct record_birth no_end = birth(7, 5000), no_start = birth(8, 6000);
	struct record_birth failed = failure(EAGAIN, 7000);

	no_end.copy_files_ns = -5050ULL;
	no_start.copy_pages_ns = 6200;
	failed.copy_files_ns = 7050;
	ADD(no_end);
	ADD(no_start);
	ADD(failed);
	assert_true(l.v[0].sum[SUM_copy_files] == MISSING);
	assert_int_equal(l.v[0].sum[SUM_copy_pages], 150);
	assert_int_equal(l.v[1].sum[SUM_copy_files], 30);
	assert_true(l.v[1].sum[SUM_copy_pages] == MISSING);
	assert_true(l.v[2].sum[SUM_copy_files] == MISSING);
}

TEST_BETWEEN(an_unknown_shape_is_missing, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);

	b.parent.known = b.copy.known = 0;
	ADD(b);
	for (int c = COUNT_ptes_copied; c <= COUNT_vmas; c++)
		assert_true(l.v[0].count[c] == MISSING);
	for (int c = COUNT_parent_rss_anon; c <= COUNT_parent_vmas; c++)
		assert_true(l.v[0].count[c] == MISSING);
	assert_int_equal(l.v[0].count[COUNT_parent_fds], 5);
}

/*
 * A vfork's parent returns after the child's exec, or end: its record comes last. The death has
 * the exec again, so the exec's own record may be left out.
 */
TEST_BETWEEN(records_come_in_any_order, set_up, tear_down)
{
	static const char *const orders[] = {"bed", "ebd", "edb", "bd", "db"};
	struct record_birth b = vfork_birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	struct life first;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		lives__clear(&l);
		for (const char *record = orders[i]; *record; record++) {
			if (*record == 'b')
				ADD(b);
			else if (*record == 'e')
				ADD(e);
			else
				ADD(d);
		}
		assert_int_equal(l.n, 1);
		if (!i)
			first = l.v[0];
		assert_memory_equal(&l.v[0], &first, sizeof(first));
	}
	assert_true(first.born && first.execed && first.dead);
	assert_int_equal(first.edge[EDGE_exec_done], 5800);
}

/* One record says what three do that count nothing. */
TEST_BETWEEN(a_whole_life_is_as_its_parts, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, -ENOENT, 5000);
	struct record_death d = death_after(&e, 5000);
	struct record_life whole = whole_life(7, 5000);

	b.counted = d.counted = 0;
	d.edge[EDGE_exit - DEATH_EDGE_FIRST] = whole.edge[EDGE_exit] = 6050;
	whole.execs = 1;
	whole.exec_result = -ENOENT;
	memcpy(&whole.edge[EXEC_EDGE_FIRST], e.edge, sizeof(e.edge));
	ADD(b);
	ADD(d);
	ADD(whole);
	assert_int_equal(l.n, 2);
	assert_memory_equal(&l.v[0], &l.v[1], sizeof(l.v[0]));
}

/* It has all its records: what else comes with its tid is of another life. */
TEST_BETWEEN(a_whole_life_is_joined_with_none, set_up, tear_down)
{
	struct record_death orphan = death(7, 5000);
	struct record_birth open = birth(7, 15000);
	struct record_life whole = whole_life(7, 25000), next = whole_life(7, 35000);

	ADD(orphan);
	ADD(open);
	ADD(whole);
	ADD(next);
	add_life(7, 45000);
	assert_int_equal(l.n, 5);
	for (size_t i = 0; i < l.n; i++) {
		assert_int_equal(l.v[i].born, i != 0);
		assert_int_equal(l.v[i].dead, i != 1);
		if (i)
			assert_int_equal(l.v[i].edge[EDGE_clone_enter], 5000 + 10000 * i);
		if (i != 1)
			assert_int_equal(l.v[i].edge[EDGE_reaped], 6300 + 10000 * i);
	}
}

TEST_BETWEEN(a_tid_is_used_again, set_up, tear_down)
{
	for (uint64_t t = 10000; t < 40000; t += 10000) {
		struct record_birth b = vfork_birth(8, t + 2000);
		struct record_exec e = exec(8, 0, t + 2000);
		struct record_death d = death_after(&e, t + 2000);

		add_life(7, t);
		ADD(e);
		ADD(d);
		ADD(b);
	}
	assert_int_equal(l.n, 6);
	for (size_t i = 0; i < l.n; i++) {
		const struct life *life = &l.v[i];
		uint64_t t = 10000 * (i / 2 + 1) + (i % 2 ? 2000 : 0);

		assert_int_equal(life->tid, i % 2 ? 8 : 7);
		assert_true(life->born && life->dead);
		assert_int_equal(life->execed, i % 2);
		assert_int_equal(life->edge[EDGE_clone_enter], t);
		assert_int_equal(life->edge[EDGE_reaped], t + 1300);
	}
}

/* The first child's birth record was lost: its death is not the end of the second. */
TEST_BETWEEN(a_birth_does_not_join_an_earlier_death, set_up, tear_down)
{
	struct record_death orphan = death(7, 10000);
	struct sample s = sample(7, 50000);
	const struct life *life;

	ADD(orphan);
	add_life(7, 50000);
	lives__sort(&l);
	life = find(&s);
	assert_non_null(life);
	assert_int_equal(life->edge[EDGE_first_run], 50460);
	assert_int_equal(life->edge[EDGE_reaped], 51300);
}

TEST_BETWEEN(the_first_exec_that_succeeds_counts, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec missing = exec(7, -ENOENT, 5000), denied = exec(7, -EACCES, 5100);
	struct record_exec good = exec(7, 0, 5200), again = exec(7, 0, 9000);
	struct record_exec worse = exec(7, -E2BIG, 9500);
	const struct life *life;

	ADD(b);
	ADD(missing);
	life = &l.v[0];
	assert_true(life->execed);
	assert_int_equal(life->exec_result, -ENOENT);
	assert_true(phase_ns(life, PHASE_exec_open) == MISSING);
	assert_true(phase_ns(life, PHASE_exec_load) == MISSING);
	ADD(denied);
	assert_int_equal(life->exec_result, -EACCES);
	assert_int_equal(life->edge[EDGE_exec_enter], 5700);
	ADD(good);
	assert_int_equal(life->exec_result, 0);
	ADD(again);
	ADD(worse);
	assert_int_equal(l.n, 1);
	assert_int_equal(life->exec_result, 0);
	assert_int_equal(life->edge[EDGE_exec_enter], 5800);
	assert_int_equal(phase_ns(life, PHASE_exec_load), 100);
}

TEST_BETWEEN(a_failed_exec_is_in_the_record_of_the_death, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, -ENOENT, 5000);
	struct record_death d = death_after(&e, 5000);

	ADD(b);
	ADD(d);
	add_life(8, 7000);
	assert_true(l.v[0].execed);
	assert_int_equal(l.v[0].exec_result, -ENOENT);
	assert_int_equal(phase_ns(&l.v[0], PHASE_pre_exec), 140);
	assert_true(phase_ns(&l.v[0], PHASE_exec_load) == MISSING);
	assert_false(l.v[1].execed);
	assert_int_equal(phase_ns(&l.v[1], PHASE_first_run), 10);
	assert_true(phase_ns(&l.v[1], PHASE_pre_exec) == MISSING);
}

/* From 6.16 on the address space goes after sched_process_exit. */
TEST_BETWEEN(reaping_counts_from_the_later_end, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 5000);

	d.edge[EDGE_exit - DEATH_EDGE_FIRST] = 6050;
	ADD(b);
	ADD(d);
	lives__sort(&l);
	assert_int_equal(phase_ns(&l.v[0], PHASE_exit_mm), 100);
	assert_int_equal(phase_ns(&l.v[0], PHASE_reap), 200);
}

/* The kernel side leaves to stand what an earlier task with the same slot had. */
TEST_BETWEEN(edges_before_the_birth_are_dropped, set_up, tear_down)
{
	static const enum edge stale[] = {EDGE_mm_start,   EDGE_mm_end,	   EDGE_first_run,
					  EDGE_exec_enter, EDGE_exec_done, EDGE_exit_start,
					  EDGE_reaped};
	struct record_life whole = whole_life(7, 5000);
	const uint64_t *edge;

	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++)
		whole.edge[stale[i]] = 4000 + i;
	/* Within the clone, but before there was a child. */
	whole.edge[EDGE_exec_flush] = 5399;
	ADD(whole);
	lives__sort(&l);
	edge = l.v[0].edge;
	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++)
		assert_int_equal(edge[stale[i]], 0);
	assert_int_equal(edge[EDGE_exec_flush], 0);
	assert_int_equal(edge[EDGE_clone_enter], 5000);
	assert_int_equal(edge[EDGE_newtask], 5400);
	assert_int_equal(edge[EDGE_woken], 5450);
	assert_int_equal(edge[EDGE_clone_return], 5500);
	assert_int_equal(edge[EDGE_exit_mm_end], 6100);
	assert_int_equal(edge[EDGE_exit], 6150);
}

/* A coarse clock gives several of them the same time. */
TEST_BETWEEN(edges_at_the_birth_are_kept, set_up, tear_down)
{
	struct record_life whole = whole_life(7, 5000);

	for (int e = 0; e < EDGE_COUNT; e++)
		whole.edge[e] = 5000;
	ADD(whole);
	lives__sort(&l);
	lives__sort(&l);
	for (int p = 0; p < PHASE_COUNT; p++)
		if (phase_models[p].sum < 0 && phase_exists(p, FORK))
			assert_int_equal(phase_ns(&l.v[0], p), 0);
}

/* Each in memory of just its size, where a sanitizer sees what is read beyond it. */
TEST_BETWEEN(other_records_are_refused, set_up, tear_down)
{
	static const struct {
		uint32_t kind;
		size_t size;
	} bad[] = {
		{RECORD_BIRTH, 1},
		{RECORD_BIRTH, sizeof(struct record_head) - 1},
		{RECORD_BIRTH, sizeof(struct record_head)},
		{RECORD_BIRTH, sizeof(struct record_birth) - 1},
		{RECORD_EXEC, sizeof(struct record_exec) - 1},
		{RECORD_DEATH, sizeof(struct record_death) - 1},
		{RECORD_LIFE, sizeof(struct record_life) - 1},
		{0, sizeof(struct record_birth)},
		{RECORD_LIFE + 1, sizeof(struct record_birth)},
		{UINT32_MAX, sizeof(struct record_birth)},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct record_head head = {.kind = bad[i].kind, .tid = 7};
		size_t size = bad[i].size;
		void *record = calloc(1, size);

		assert_non_null(record);
		memcpy(record, &head, size < sizeof(head) ? size : sizeof(head));
		assert_int_equal(lives__add(&l, record, size), -EINVAL);
		assert_int_equal(l.n, 0);
		free(record);
	}
}
