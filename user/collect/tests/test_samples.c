// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/collect/lives.h"
#include "user/collect/samples.h"

#define FORK   ((uint64_t)SIGCHLD)
#define VFORK  ((uint64_t)(CLONE_VM | CLONE_VFORK | SIGCHLD))
#define PARENT 1000

/* A birth at t: each edge at a place of its own after it, as a fork with memory of its own has. */
static struct record_birth birth_of(uint32_t parent, uint32_t tid, uint64_t t)
{
	return (struct record_birth){
		.head = {.kind = RECORD_BIRTH, .tid = tid},
		.child_tgid = tid,
		.parent_tgid = parent,
		.parent_tid = parent,
		.result = (int32_t)tid,
		.method = CLONE_METHOD_FORK,
		.counted = 1,
		.clone_flags = FORK,
		.edge = {t, t + 100, t + 300, t + 400, t + 450, t + 500},
		.parent_threads = 2,
		.parent_fds = 5,
		.copy_files_ns = 30,
		.copy_pages_ns = 150,
		.parent = {10, 20, 30, 4096, 40, 1},
		.copy = {7, 8, 9, 8192, 39, 1},
	};
}

static struct record_birth birth(uint32_t tid, uint64_t t)
{
	return birth_of(PARENT, tid, t);
}

/* The parent is held until the child's end. */
static struct record_birth vfork_birth(uint32_t tid, uint64_t t)
{
	struct record_birth r = birth(tid, t);

	r.method = CLONE_METHOD_VFORK;
	r.clone_flags = VFORK;
	r.edge[EDGE_mm_start] = r.edge[EDGE_mm_end] = 0;
	r.edge[EDGE_clone_return] = t + 1200;
	r.copy_pages_ns = 0;
	r.copy = (struct mm_shape){0};
	return r;
}

/* It fails before it comes to copying anything. */
static struct record_birth failure(int error, uint64_t t)
{
	struct record_birth r = birth(0, t);

	r.child_tgid = 0;
	r.result = -error;
	memset(&r.edge[EDGE_mm_start], 0, sizeof(r.edge) - sizeof(r.edge[0]));
	r.edge[EDGE_clone_return] = t + 60;
	r.copy_files_ns = r.copy_pages_ns = 0;
	r.copy = (struct mm_shape){0};
	return r;
}

/* Times as seen from the birth at t. */
static struct record_exec exec(uint32_t tid, int result, uint64_t t)
{
	struct record_exec r = {
		.head = {.kind = RECORD_EXEC, .tid = tid},
		.tgid = tid,
		.result = result,
		.edge = {t + 460, t + 600, t + 650, t + 700, t + 800},
	};

	if (result) {
		r.edge[EDGE_exec_flush - EXEC_EDGE_FIRST] = 0;
		r.edge[EDGE_exec_load - EXEC_EDGE_FIRST] = 0;
	}
	return r;
}

static struct record_death death(uint32_t tid, uint64_t t)
{
	return (struct record_death){
		.head = {.kind = RECORD_DEATH, .tid = tid},
		.tgid = tid,
		.counted = 1,
		.exec = {t + 460},
		.edge = {t + 1000, t + 1100, t + 1150, t + 1300},
		.cow_child = {111, 12, 10, 2, 1},
		.cow_parent = {222, 23, 20, 3, 2},
	};
}

static struct record_death death_after(const struct record_exec *e, uint64_t t)
{
	struct record_death r = death(e->head.tid, t);

	r.execs = 1;
	r.exec_result = e->result;
	memcpy(r.exec, e->edge, sizeof(r.exec));
	return r;
}

/* The same in one: born at t, and no exec. */
static struct record_life whole_life(uint32_t tid, uint64_t t)
{
	struct record_birth b = birth(tid, t);
	struct record_death d = death(tid, t);
	struct record_life r = {
		.head = {.kind = RECORD_LIFE, .tid = tid},
		.child_tgid = tid,
		.parent_tgid = b.parent_tgid,
		.parent_tid = b.parent_tid,
		.method = b.method,
		.clone_flags = b.clone_flags,
	};

	memcpy(&r.edge[BIRTH_EDGE_FIRST], b.edge, sizeof(b.edge));
	memcpy(&r.edge[EXEC_EDGE_FIRST], d.exec, sizeof(d.exec));
	memcpy(&r.edge[DEATH_EDGE_FIRST], d.edge, sizeof(d.edge));
	return r;
}

/* The sample that saw the birth at t. */
static struct sample sample(pid_t child, int64_t t)
{
	return (struct sample){
		.child = child,
		.t_call = t - 20,
		.t_return = t + 530,
		.t_child = t + 480,
		.t_exec = MISSING,
		.t_exit = t + 990,
		.t_reaped = t + 1350,
	};
}

static struct sample failed_sample(int error, int64_t t)
{
	return (struct sample){0, error, t - 20, MISSING, MISSING, MISSING, MISSING, MISSING};
}

static const struct source *row(int edge, int sum, bool driver)
{
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].edge == edge && sources[i].sum == sum &&
		    (sources[i].kind == SOURCE_DRIVER) == driver)
			return &sources[i];
	return NULL;
}

/* What each test begins with: nothing but a kernel that marks everything. */
static struct lives l;
static struct cell cell;
static struct source_choice choice;

static int set_up(void **state)
{
	(void)state;
	choice = (struct source_choice){.all = true};
	for (int e = 0; e < EDGE_COUNT; e++)
		choice.edges[e] = row(e, -1, false);
	for (int s = 0; s < SUM_COUNT; s++)
		choice.sums[s] = row(-1, s, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	cell__free(&cell);
	lives__free(&l);
	return 0;
}

#define ADD(record) assert_int_equal(lives__add(&l, &(record).head, sizeof(record)), 0)

/* A child that forks and ends. */
static void add_life(uint32_t tid, uint64_t t)
{
	struct record_birth b = birth(tid, t);
	struct record_death d = death(tid, t);

	ADD(b);
	ADD(d);
}

static struct life *find(const struct sample *s)
{
	return lives__find(&l, PARENT, s);
}

static void join(const struct sample *s, struct life *life)
{
	assert_int_equal(samples_add(&cell, s, life, &choice), 0);
}

/* What a reader sees: behind the end of a series everything is missing. */
static void holds(const char *name, const struct series *s, const int64_t *values, size_t n)
{
	bool any = false;

	assert_int_equal(cell.n, n);
	assert_true(s->n <= n);
	for (size_t i = 0; i < n; i++) {
		int64_t value = i < s->n ? s->v[i] : MISSING;

		any |= values[i] != MISSING;
		if (value != values[i])
			fail_msg("%s[%zu] is %" PRId64 ", not %" PRId64, name, i, value, values[i]);
	}
	if (!any)
		assert_int_equal(s->n, 0);
}

#define HOLDS(part, ...)                                                                           \
	holds(#part, &cell.part, (const int64_t[]){__VA_ARGS__},                                   \
	      sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/* Records. */

static void a_life_is_told_by_its_records(void **state)
{
	static const int64_t cow[] = {12, 10, 2, 1, 23, 20, 3, 2};
	int64_t page = sysconf(_SC_PAGESIZE);
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	const struct life *life;

	(void)state;
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

/* What was not read holds anything. */
static void uncounted_records_have_times_alone(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 5000);

	(void)state;
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
static void a_sum_that_lacks_an_end_is_missing(void **state)
{
	struct record_birth no_end = birth(7, 5000), no_start = birth(8, 6000);
	struct record_birth failed = failure(EAGAIN, 7000);

	(void)state;
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

static void a_shape_that_was_not_known_is_missing(void **state)
{
	struct record_birth b = birth(7, 5000);

	(void)state;
	b.parent.known = b.copy.known = 0;
	ADD(b);
	for (int c = COUNT_ptes_copied; c <= COUNT_vmas; c++)
		assert_true(l.v[0].count[c] == MISSING);
	for (int c = COUNT_parent_rss_anon; c <= COUNT_parent_vmas; c++)
		assert_true(l.v[0].count[c] == MISSING);
	assert_int_equal(l.v[0].count[COUNT_parent_fds], 5);
}

/*
 * A vfork's parent returns after the child's exec, or end: its record comes last. The death tells
 * of the exec again, so the exec's own record may be left out.
 */
static void records_come_in_any_order(void **state)
{
	static const char *const orders[] = {"bed", "ebd", "edb", "bd", "db"};
	struct record_birth b = vfork_birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	struct life first;

	(void)state;
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
static void a_whole_life_is_as_its_parts(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, -ENOENT, 5000);
	struct record_death d = death_after(&e, 5000);
	struct record_life whole = whole_life(7, 5000);

	(void)state;
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
static void a_whole_life_is_joined_with_none(void **state)
{
	struct record_death orphan = death(7, 5000);
	struct record_birth open = birth(7, 15000);
	struct record_life whole = whole_life(7, 25000), next = whole_life(7, 35000);

	(void)state;
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

static void a_tid_is_used_again(void **state)
{
	(void)state;
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
static void a_birth_does_not_join_an_earlier_death(void **state)
{
	struct record_death orphan = death(7, 10000);
	struct sample s = sample(7, 50000);
	const struct life *life;

	(void)state;
	ADD(orphan);
	add_life(7, 50000);
	lives__sort(&l);
	life = find(&s);
	assert_non_null(life);
	assert_int_equal(life->edge[EDGE_first_run], 50460);
	assert_int_equal(life->edge[EDGE_reaped], 51300);
}

static void the_first_exec_that_succeeds_counts(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec missing = exec(7, -ENOENT, 5000), denied = exec(7, -EACCES, 5100);
	struct record_exec good = exec(7, 0, 5200), again = exec(7, 0, 9000);
	struct record_exec worse = exec(7, -E2BIG, 9500);
	const struct life *life;

	(void)state;
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

static void an_exec_that_failed_is_told_by_the_death(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, -ENOENT, 5000);
	struct record_death d = death_after(&e, 5000);

	(void)state;
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
static void reaping_counts_from_the_later_end(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct record_death d = death(7, 5000);

	(void)state;
	d.edge[EDGE_exit - DEATH_EDGE_FIRST] = 6050;
	ADD(b);
	ADD(d);
	lives__sort(&l);
	assert_int_equal(phase_ns(&l.v[0], PHASE_exit_mm), 100);
	assert_int_equal(phase_ns(&l.v[0], PHASE_reap), 200);
}

/* The kernel side leaves to stand what an earlier task with the same slot had. */
static void edges_before_the_birth_are_dropped(void **state)
{
	static const enum edge stale[] = {EDGE_mm_start,   EDGE_mm_end,	   EDGE_first_run,
					  EDGE_exec_enter, EDGE_exec_done, EDGE_exit_start,
					  EDGE_reaped};
	struct record_life whole = whole_life(7, 5000);
	const uint64_t *edge;

	(void)state;
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
static void edges_at_the_birth_are_kept(void **state)
{
	struct record_life whole = whole_life(7, 5000);

	(void)state;
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
static void what_is_no_record_is_refused(void **state)
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

	(void)state;
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

static void clearing_forgets_all(void **state)
{
	struct record_death d = death(7, 5000);
	struct sample s = sample(7, 5000);

	(void)state;
	lives__sort(&l); /* nothing yet */
	assert_null(find(&s));
	add_life(7, 5000);
	assert_non_null(find(&s));
	lives__clear(&l);
	lives__sort(&l);
	assert_null(find(&s));
	ADD(d);
	assert_int_equal(l.n, 1);
	assert_false(l.v[0].born);
	assert_int_equal(l.v[0].edge[EDGE_clone_enter], 0);
	assert_null(find(&s));
	lives__free(&l);
	assert_null(l.v);
}

/* Finding. */

static uint64_t found_at(const struct sample *s)
{
	const struct life *life = find(s);

	return life ? life->edge[EDGE_newtask] - 400 : 0;
}

static void a_child_is_found_by_id_and_time(void **state)
{
	struct sample s = sample(7, 5000);

	(void)state;
	add_life(7, 5000);
	add_life(7, 20000);
	add_life(6, 3000); /* a warm-up */
	lives__sort(&l);
	assert_int_equal(found_at(&s), 5000);
	assert_null(lives__find(&l, PARENT + 1, &s));
	s = sample(7, 20000);
	assert_int_equal(found_at(&s), 20000);
	s = sample(6, 5000);
	assert_null(find(&s));
	s = sample(7, 5000);
	s.t_return = MISSING;
	assert_null(find(&s));
	s = sample(7, 5000);
	s.t_call = MISSING;
	assert_null(find(&s));
}

static void an_unknown_child_is_found_by_time(void **state)
{
	struct record_birth unentered = birth(9, 9000), bad = failure(EAGAIN, 4990);
	struct sample s = sample(0, 5000);

	(void)state;
	unentered.edge[EDGE_clone_enter] = 0; /* nothing marks it: its next edge stands for it */
	ADD(unentered);
	add_life(8, 7000);
	ADD(bad);
	add_life(7, 5000);
	lives__sort(&l);
	assert_int_equal(found_at(&s), 5000);
	s = sample(0, 9000);
	assert_int_equal(found_at(&s), 9000);
	s.t_call = s.t_return = 7000;
	assert_int_equal(found_at(&s), 7000);
	s.t_call = 7001;
	s.t_return = 8999;
	assert_null(find(&s));
	s = sample(0, 11000);
	assert_null(find(&s));
}

static void a_failed_call_is_found_by_errno_and_time(void **state)
{
	struct record_birth late = failure(ENOMEM, 7000), first = failure(EAGAIN, 1000);
	struct record_birth second = failure(EAGAIN, 5000), strange = failure(EAGAIN, 4000);
	struct sample s = failed_sample(EAGAIN, 1000);

	(void)state;
	strange.parent_tgid = PARENT + 1;
	ADD(late);
	ADD(first);
	ADD(second);
	ADD(strange);
	add_life(7, 6000);
	assert_int_equal(l.n, 5); /* none of them is the other's, though all have tid 0 */
	lives__sort(&l);
	assert_int_equal(find(&s)->edge[EDGE_clone_enter], 1000);
	s = failed_sample(EAGAIN, 4000);
	assert_int_equal(find(&s)->edge[EDGE_clone_enter], 5000);
	s = failed_sample(ENOMEM, 1000);
	assert_int_equal(find(&s)->edge[EDGE_clone_enter], 7000);
	s = failed_sample(EAGAIN, 6000);
	assert_null(find(&s));
	s = failed_sample(EPERM, 1000);
	assert_null(find(&s));
	s = sample(0, 7000);
	assert_null(find(&s));
}

/* Neither a failure nor a vfork whose entry is not seen stands where an earlier clone did. */
static void edges_of_an_earlier_clone_mislead_nobody(void **state)
{
	struct record_birth bad = failure(EAGAIN, 5000), v = vfork_birth(7, 9000);
	struct sample failed = failed_sample(EAGAIN, 5000), s = sample(0, 9000);

	(void)state;
	for (int e = EDGE_mm_start; e < EDGE_clone_return; e++)
		bad.edge[e] = 2000 + (uint64_t)e;
	v.edge[EDGE_clone_enter] = 0;
	v.edge[EDGE_mm_start] = 3000;
	v.edge[EDGE_mm_end] = 3100;
	ADD(v);
	ADD(bad);
	lives__sort(&l);
	assert_non_null(find(&failed));
	assert_true(phase_ns(find(&failed), PHASE_copy_mm) == MISSING);
	assert_true(phase_ns(find(&failed), PHASE_wake) == MISSING);
	assert_int_equal(found_at(&s), 9000);
}

/* As from several CPUs: calls overlap, and the parent is all that tells the births apart. */
static void parents_are_told_apart(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		struct record_birth b = birth_of(1 + i % 3, 100 + i, 10000 + 300 * i);

		ADD(b);
	}
	lives__sort(&l);
	for (uint32_t i = 0; i < 300; i++) {
		struct sample s = sample(0, 10000 + 300 * i);
		const struct life *life = lives__find(&l, (pid_t)(1 + i % 3), &s);

		assert_non_null(life);
		assert_int_equal(life->tid, 100 + i);
	}
}

/* Taking the driver's time for an edge must not disturb the order that lives are found by. */
static void joining_one_leaves_the_others_to_be_found(void **state)
{
	struct record_birth a = birth_of(1, 7, 5000), b = birth_of(2, 8, 4900);
	struct sample of_a = sample(7, 5000), of_b = sample(8, 4900);

	(void)state;
	choice.edges[EDGE_clone_enter] = row(EDGE_clone_enter, -1, true);
	a.edge[EDGE_clone_enter] = b.edge[EDGE_clone_enter] = 0;
	of_a.t_call = 4800; /* before b's call, though its birth came later */
	ADD(a);
	ADD(b);
	lives__sort(&l);
	join(&of_a, lives__find(&l, 1, &of_a));
	assert_non_null(lives__find(&l, 2, &of_b));
	assert_int_equal(lives__find(&l, 2, &of_b)->tid, 8);
}

/* Joining. */

static void a_sample_and_its_life_become_values(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	struct sample s = sample(7, 5000);

	(void)state;
	s.t_exec = s.t_exit = 5790;
	ADD(b);
	ADD(d);
	join(&s, find(&s));
	HOLDS(samples[SAMPLE_spawn_ns], 550);
	HOLDS(samples[SAMPLE_first_run_ns], 500);
	HOLDS(samples[SAMPLE_exec_ns], 810);
	HOLDS(samples[SAMPLE_exit_ns], 560);
	HOLDS(samples[SAMPLE_total_ns], 1370);
	HOLDS(phases[PHASE_clone_setup], 100);
	HOLDS(phases[PHASE_copy_files], 30);
	HOLDS(phases[PHASE_copy_mm], 200);
	HOLDS(phases[PHASE_copy_pages], 150);
	HOLDS(phases[PHASE_clone_finish], 100);
	HOLDS(phases[PHASE_wake], 100);
	HOLDS(phases[PHASE_vfork_wait], MISSING);
	HOLDS(phases[PHASE_first_run], 10);
	HOLDS(phases[PHASE_pre_exec], 140);
	HOLDS(phases[PHASE_exec_open], 50);
	HOLDS(phases[PHASE_exec_flush], 50);
	HOLDS(phases[PHASE_exec_load], 100);
	HOLDS(phases[PHASE_exit_mm], 100);
	HOLDS(phases[PHASE_reap], 150);
	HOLDS(phases[PHASE_cow_parent], 222);
	HOLDS(phases[PHASE_cow_child], 111);
	HOLDS(unattributed, 50);
	HOLDS(counts[COUNT_ptes_copied], 24);
	HOLDS(counts[COUNT_cow_faults_parent], 23);
	HOLDS(counts[COUNT_parent_vmas], 40);
	HOLDS(errnos, MISSING);
}

static void untraced_samples_have_timings_alone(void **state)
{
	struct sample s = sample(7, 5000);

	(void)state;
	add_life(7, 5000);
	assert_int_equal(samples_add(&cell, &s, &l.v[0], NULL), 0);
	assert_int_equal(samples_add(&cell, &s, NULL, NULL), 0);
	HOLDS(samples[SAMPLE_spawn_ns], 550, 550);
	HOLDS(unattributed, MISSING, MISSING);
	for (int p = 0; p < PHASE_COUNT; p++)
		HOLDS(phases[p], MISSING, MISSING);
	for (int c = 0; c < COUNT_COUNT; c++)
		HOLDS(counts[c], MISSING, MISSING);
}

/* One sample for each letter, lost: `b`irth, `d`eath, `*` both, `.` none. */
static void join_with_losses(const char *lost)
{
	for (uint32_t i = 0; lost[i]; i++) {
		uint64_t t = 10000 * (i + 1);
		struct record_birth b = birth(100 + i, t);
		struct record_death d = death(100 + i, t);

		b.edge[EDGE_mm_end] += i; /* so that each copy_mm is another */
		b.copy.vmas += i;
		if (lost[i] == '.' || lost[i] == 'd')
			ADD(b);
		if (lost[i] == '.' || lost[i] == 'b')
			ADD(d);
	}
	lives__sort(&l);
	for (uint32_t i = 0; lost[i]; i++) {
		struct sample s = sample((pid_t)(100 + i), 10000 * (i + 1));
		struct life *life = find(&s);

		s.t_return += i;
		assert_int_equal(life != NULL, lost[i] == '.' || lost[i] == 'd');
		join(&s, life);
	}
	lives__clear(&l);
}

static void lost_records_leave_gaps_in_their_place(void **state)
{
	const int64_t no = MISSING;

	(void)state;
	join_with_losses("**..bd.*");
	HOLDS(samples[SAMPLE_spawn_ns], 550, 551, 552, 553, 554, 555, 556, 557);
	HOLDS(phases[PHASE_copy_mm], no, no, 202, 203, no, 205, 206, no);
	HOLDS(phases[PHASE_reap], no, no, 150, 150, no, no, 150, no);
	HOLDS(counts[COUNT_vmas], no, no, 41, 42, no, 44, 45, no);
	HOLDS(counts[COUNT_cow_faults_child], no, no, 12, 12, no, no, 12, no);
	HOLDS(unattributed, no, no, 52, 53, no, 55, 56, no);
	HOLDS(phases[PHASE_pre_exec], no, no, no, no, no, no, no, no);
}

/* Blocks of one cell, of which the later ones know more. */
static void series_that_start_late_are_padded(void **state)
{
	struct source_choice all = choice;
	struct sample s = sample(0, 90000);

	(void)state;
	s.t_exec = 90800;
	join(&s, NULL);
	choice.edges[EDGE_mm_end] = NULL;
	memset(choice.sums, 0, sizeof(choice.sums));
	join_with_losses(".");
	choice = all;
	join_with_losses("..");
	HOLDS(samples[SAMPLE_exec_ns], 820, MISSING, MISSING, MISSING);
	HOLDS(phases[PHASE_copy_pages], MISSING, MISSING, 150, 150);
	HOLDS(phases[PHASE_cow_child], MISSING, MISSING, 111, 111);
	HOLDS(counts[COUNT_cow_huge_child], MISSING, MISSING, 1, 1);
	HOLDS(phases[PHASE_wake], MISSING, 100, 100, 100);
}

static void errnos_stand_at_their_samples(void **state)
{
	static const int errors[] = {0, 0, EAGAIN, 0, ENOMEM, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct sample s = errors[i] ? failed_sample(errors[i], 1000) : sample(7, 1000);

		join(&s, NULL);
	}
	HOLDS(errnos, 0, 0, EAGAIN, 0, ENOMEM, 0);
	HOLDS(samples[SAMPLE_spawn_ns], 550, 550, MISSING, 550, MISSING, 550);
	HOLDS(samples[SAMPLE_total_ns], 1370, 1370, MISSING, 1370, MISSING, 1370);
}

/* The first fails; and a failure that the driver could time is still no spawn. */
static void a_failed_call_has_no_spawn_time(void **state)
{
	struct sample failed = sample(7, 5000), s = sample(7, 7000);

	(void)state;
	failed.error = ENOENT;
	join(&failed, NULL);
	join(&s, NULL);
	HOLDS(samples[SAMPLE_spawn_ns], MISSING, 550);
	HOLDS(samples[SAMPLE_total_ns], MISSING, 1370);
	HOLDS(errnos, ENOENT, 0);
}

/* It never came to copying descriptors or pages: that is not a copy that took no time. */
static void a_failed_birth_has_no_zeroes(void **state)
{
	struct record_birth bad = failure(EAGAIN, 5000);
	struct sample failed = failed_sample(EAGAIN, 5000), s = sample(7, 7000);

	(void)state;
	bad.copy = (struct mm_shape){7, 8, 9, 8192, 39, 1}; /* of no child */
	ADD(bad);
	add_life(7, 7000);
	lives__sort(&l);
	assert_non_null(find(&failed));
	join(&failed, find(&failed));
	join(&s, find(&s));
	HOLDS(phases[PHASE_copy_files], MISSING, 30);
	HOLDS(phases[PHASE_copy_pages], MISSING, 150);
	HOLDS(phases[PHASE_copy_mm], MISSING, 200);
	HOLDS(unattributed, MISSING, 50);
	HOLDS(counts[COUNT_ptes_copied], MISSING, 24);
	HOLDS(counts[COUNT_parent_fds], 5, 5); /* the parent has its shape all the same */
	HOLDS(errnos, EAGAIN, 0);
}

/* The driver's timestamps are 7 ns off the kernel's. */
static void the_driver_stands_in_just_where_it_was_chosen(void **state)
{
	static const struct {
		enum edge edge;
		enum phase phase;
		int64_t kernel, driver;
	} ends[] = {
		{EDGE_clone_enter, PHASE_clone_setup, 100, 107},
		{EDGE_clone_return, PHASE_wake, 100, 107},
		{EDGE_exec_enter, PHASE_pre_exec, 140, 133},
		{EDGE_reaped, PHASE_reap, 150, 157},
	};
	const struct source_choice kernel = choice;
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	struct sample s = {7, 0, 4993, 5507, 5593, 5807, 5807, 6307};

	(void)state;
	for (int chosen = 0; chosen < 16; chosen++) {
		lives__clear(&l);
		cell__free(&cell);
		choice = kernel;
		for (int i = 0; i < 4; i++)
			if (chosen & 1 << i)
				choice.edges[ends[i].edge] = row(ends[i].edge, -1, true);
		ADD(b);
		ADD(d);
		join(&s, find(&s));
		for (int i = 0; i < 4; i++)
			HOLDS(phases[ends[i].phase],
			      chosen & 1 << i ? ends[i].driver : ends[i].kernel);
	}
}

static void an_edge_without_source_has_no_stand_in(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct sample s = sample(7, 5000);

	(void)state;
	b.edge[EDGE_clone_return] = 0;
	choice.edges[EDGE_clone_return] = NULL;
	ADD(b);
	join(&s, find(&s));
	HOLDS(phases[PHASE_copy_mm], 200);
	HOLDS(phases[PHASE_wake], MISSING);
	HOLDS(unattributed, MISSING);
}

/* The child's first timestamp is "before exec" only in a child that execs. */
static void a_child_without_exec_has_no_exec_entry(void **state)
{
	struct sample s = sample(7, 5000);

	(void)state;
	choice.edges[EDGE_exec_enter] = row(EDGE_exec_enter, -1, true);
	add_life(7, 5000);
	join(&s, find(&s));
	HOLDS(phases[PHASE_first_run], 10);
	HOLDS(phases[PHASE_pre_exec], MISSING);
}

static void cow_holds(int64_t expected)
{
	HOLDS(phases[PHASE_cow_child], expected);
	HOLDS(phases[PHASE_cow_parent], expected);
	for (int c = COUNT_cow_faults_child; c <= COUNT_cow_huge_parent; c++)
		HOLDS(counts[c], expected);
	HOLDS(counts[COUNT_parent_fds], 5);
}

/* 0 where it was counted and none came, nothing where it was not. */
static void cow_is_counted_where_pages_are_shared_and_probes_look(void **state)
{
	struct sample s = sample(7, 5000);

	(void)state;
	for (int i = 0; i < 4; i++) {
		bool copies = i & 1, looks = i & 2;
		struct record_birth b = copies ? birth(7, 5000) : vfork_birth(7, 5000);
		struct record_death d = death(7, 5000);

		lives__clear(&l);
		cell__free(&cell);
		memset(&d.cow_child, 0, sizeof(d.cow_child));
		memset(&d.cow_parent, 0, sizeof(d.cow_parent));
		choice.sums[SUM_cow_child] = looks ? row(-1, SUM_cow_child, false) : NULL;
		choice.sums[SUM_cow_parent] = looks ? row(-1, SUM_cow_parent, false) : NULL;
		ADD(b);
		ADD(d);
		join(&s, find(&s));
		cow_holds(copies && looks ? 0 : MISSING);
	}
}

/* Without the record of its end nobody knows what a child's faults cost. */
static void a_child_that_still_lives_has_no_cow(void **state)
{
	struct record_birth b = birth(7, 5000);
	struct sample s = sample(7, 5000);

	(void)state;
	ADD(b);
	join(&s, find(&s));
	cow_holds(MISSING);
	HOLDS(counts[COUNT_ptes_copied], 24);
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void many_lives_are_joined_in_time(void **state)
{
	enum { LIVES = 10000, LIMIT_MS = 4000 };
	int64_t start = cpu_ns(), ms;

	(void)state;
	for (uint32_t i = 0; i < LIVES; i++)
		add_life(100 + i, 10000 * (i + 1ULL));
	assert_int_equal(l.n, LIVES);
	lives__sort(&l);
	for (uint32_t i = 0; i < LIVES; i++) {
		struct sample s = sample((pid_t)(100 + i), 10000 * (i + 1LL));

		join(&s, find(&s));
	}
	ms = (cpu_ns() - start) / 1000000;
	assert_int_equal(cell.phases[PHASE_copy_mm].n, LIVES);
	if (ms > LIMIT_MS)
		fail_msg("%d lives took %" PRId64 " ms", LIVES, ms);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_life_is_told_by_its_records),
		TEST(uncounted_records_have_times_alone),
		TEST(a_sum_that_lacks_an_end_is_missing),
		TEST(a_shape_that_was_not_known_is_missing),
		TEST(records_come_in_any_order),
		TEST(a_whole_life_is_as_its_parts),
		TEST(a_whole_life_is_joined_with_none),
		TEST(a_tid_is_used_again),
		TEST(a_birth_does_not_join_an_earlier_death),
		TEST(the_first_exec_that_succeeds_counts),
		TEST(an_exec_that_failed_is_told_by_the_death),
		TEST(reaping_counts_from_the_later_end),
		TEST(edges_before_the_birth_are_dropped),
		TEST(edges_at_the_birth_are_kept),
		TEST(what_is_no_record_is_refused),
		TEST(clearing_forgets_all),
		TEST(a_child_is_found_by_id_and_time),
		TEST(an_unknown_child_is_found_by_time),
		TEST(a_failed_call_is_found_by_errno_and_time),
		TEST(edges_of_an_earlier_clone_mislead_nobody),
		TEST(parents_are_told_apart),
		TEST(joining_one_leaves_the_others_to_be_found),
		TEST(a_sample_and_its_life_become_values),
		TEST(untraced_samples_have_timings_alone),
		TEST(lost_records_leave_gaps_in_their_place),
		TEST(series_that_start_late_are_padded),
		TEST(errnos_stand_at_their_samples),
		TEST(a_failed_call_has_no_spawn_time),
		TEST(a_failed_birth_has_no_zeroes),
		TEST(the_driver_stands_in_just_where_it_was_chosen),
		TEST(an_edge_without_source_has_no_stand_in),
		TEST(a_child_without_exec_has_no_exec_entry),
		TEST(cow_is_counted_where_pages_are_shared_and_probes_look),
		TEST(a_child_that_still_lives_has_no_cow),
		TEST(many_lives_are_joined_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
