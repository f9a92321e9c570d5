/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Records of the kernel side and samples of the driver, made up. Include it after cmocka's header.
 */
#pragma once

#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/collect/lives.h"
#include "user/collect/samples.h"
#include "user/tests/record_edges.h"

#define FORK   ((uint64_t)SIGCHLD)
#define VFORK  ((uint64_t)(CLONE_VM | CLONE_VFORK | SIGCHLD))
#define PARENT 1000

/* A fork at t that copies memory; no two edges have the same time. */
static inline struct record_birth birth_of(uint32_t parent, uint32_t tid, uint64_t t)
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
		.edge = {IN_BIRTH(clone_enter) = t, IN_BIRTH(mm_start) = t + 100,
			 IN_BIRTH(mm_end) = t + 300, IN_BIRTH(newtask) = t + 400,
			 IN_BIRTH(woken) = t + 450, IN_BIRTH(clone_return) = t + 500},
		.parent_threads = 2,
		.parent_fds = 5,
		.copy_files_ns = 30,
		.copy_pages_ns = 150,
		.parent = {10, 20, 30, 4096, 40, 1},
		.copy = {7, 8, 9, 8192, 39, 1},
	};
}

static inline struct record_birth birth(uint32_t tid, uint64_t t)
{
	return birth_of(PARENT, tid, t);
}

/* The parent waits until the child ends. */
static inline struct record_birth vfork_birth(uint32_t tid, uint64_t t)
{
	struct record_birth r = birth(tid, t);

	r.method = CLONE_METHOD_VFORK;
	r.clone_flags = VFORK;
	r.edge IN_BIRTH(mm_start) = r.edge IN_BIRTH(mm_end) = 0;
	r.edge IN_BIRTH(clone_return) = t + 1200;
	r.copy_pages_ns = 0;
	r.copy = (struct mm_shape){0};
	return r;
}

/* It fails before it copies anything. */
static inline struct record_birth failure(int error, uint64_t t)
{
	struct record_birth r = birth(0, t);

	r.child_tgid = 0;
	r.result = -error;
	memset(r.edge, 0, sizeof(r.edge));
	r.edge IN_BIRTH(clone_enter) = t;
	r.edge IN_BIRTH(clone_return) = t + 60;
	r.copy_files_ns = r.copy_pages_ns = 0;
	r.copy = (struct mm_shape){0};
	return r;
}

/* An exec of the child born at t. */
static inline struct record_exec exec(uint32_t tid, int result, uint64_t t)
{
	struct record_exec r = {
		.head = {.kind = RECORD_EXEC, .tid = tid},
		.tgid = tid,
		.result = result,
		.edge = {IN_EXEC(first_run) = t + 460, IN_EXEC(exec_enter) = t + 600,
			 IN_EXEC(exec_flush) = t + 650, IN_EXEC(exec_load) = t + 700,
			 IN_EXEC(exec_done) = t + 800},
	};

	if (result) {
		r.edge IN_EXEC(exec_flush) = 0;
		r.edge IN_EXEC(exec_load) = 0;
	}
	return r;
}

/* Three kinds, and the rest. */
static inline struct record_syscalls syscalls_until_exec(uint32_t tid)
{
	return (struct record_syscalls){
		.head = {.kind = RECORD_SYSCALLS, .tid = tid},
		.total = 10,
		.others = 1,
		.kind = {{3, 5}, {33, 3}, {59, 1}},
	};
}

static inline struct record_death death(uint32_t tid, uint64_t t)
{
	return (struct record_death){
		.head = {.kind = RECORD_DEATH, .tid = tid},
		.tgid = tid,
		.counted = 1,
		.exec = {IN_EXEC(first_run) = t + 460},
		.edge = {IN_DEATH(exit_start) = t + 1000, IN_DEATH(exit_mm_end) = t + 1100,
			 IN_DEATH(exit) = t + 1150, IN_DEATH(reaped) = t + 1300},
		.cow_child = {111, 12, 10, 2, 1},
		.cow_parent = {222, 23, 20, 3, 2},
	};
}

static inline struct record_death death_after(const struct record_exec *e, uint64_t t)
{
	struct record_death r = death(e->head.tid, t);

	r.execs = 1;
	r.exec_result = e->result;
	memcpy(r.exec, e->edge, sizeof(r.exec));
	return r;
}

/* A birth at t and a death without exec in one record. */
static inline struct record_life whole_life(uint32_t tid, uint64_t t)
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
static inline struct sample sample(pid_t child, int64_t t)
{
	return (struct sample){
		.child = child,
		.t_call = t - 20,
		.t_return = t + 530,
		.t_child = t + 480,
		.t_exec = MISSING,
		.t_exit = t + 990,
		.t_reaped = t + 1350,
		.stall = MISSING,
		.stall_sum = MISSING,
		.stall_base = MISSING,
		.ended = MISSING,
	};
}

static inline struct sample failed_sample(int error, int64_t t)
{
	return (struct sample){0,	error,	 t - 20,  MISSING, MISSING, MISSING,
			       MISSING, MISSING, MISSING, MISSING, MISSING, MISSING};
}

static inline const struct source *row(int edge, int sum, bool driver)
{
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].edge == edge && sources[i].sum == sum &&
		    (sources[i].kind == SOURCE_DRIVER) == driver)
			return &sources[i];
	return NULL;
}

/* Each test begins without lives and samples, on a kernel that marks every edge and sum. */
static struct lives l;
static struct cell cell;
static struct source_choice choice;

static inline int set_up(void **state)
{
	choice = (struct source_choice){.all = true};
	assert_int_equal(cell__init(&cell), 0);
	for (int e = 0; e < EDGE_COUNT; e++)
		choice.edges[e] = row(e, -1, false);
	for (int s = 0; s < SUM_COUNT; s++)
		choice.sums[s] = row(-1, s, false);
	return 0;
}

static inline void new_cell(void)
{
	cell__free(&cell);
	assert_int_equal(cell__init(&cell), 0);
}

static inline int tear_down(void **state)
{
	cell__free(&cell);
	lives__free(&l);
	return 0;
}

#define ADD(record) assert_int_equal(lives__add(&l, &(record).head, sizeof(record)), 0)

/* A child that forks and ends. */
static inline void add_life(uint32_t tid, uint64_t t)
{
	struct record_birth b = birth(tid, t);
	struct record_death d = death(tid, t);

	ADD(b);
	ADD(d);
}

static inline struct life *find(const struct sample *s)
{
	return lives__find(&l, PARENT, s);
}

static inline void join(const struct sample *s, struct life *life)
{
	assert_int_equal(samples_add(&cell, s, life, &choice), 0);
}

/* Behind the end of a series every value is missing. */
static inline void holds(const char *name, const struct series *s, const int64_t *values, size_t n)
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
