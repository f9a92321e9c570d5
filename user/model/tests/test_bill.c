// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "bench/tests/unit.h"
#include "user/model/bill.h"

/* Phases of different powers of two: a sum says which are in it. */
static int64_t power(enum phase p)
{
	return INT64_C(1) << p;
}

static int64_t sum_of(const char *phases)
{
	int64_t sum = 0;

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (strstr(phases, phase_name(p)))
			sum += power(p);
	}
	return sum;
}

#define FORK_CALL   "clone_setup copy_mm clone_finish wake"
#define SHARED_CALL "clone_setup wake"

/* What each kind of birth has, and which of that is its bill. */
static const struct {
	const char *method, *has, *bill;
} births[] = {
	{"fork", FORK_CALL " first_run exit_mm reap cow_parent cow_child",
	 FORK_CALL " exit_mm cow_parent cow_child"},
	{"fork-exec",
	 FORK_CALL " first_run pre_exec exec_open exec_flush exec_load exit_mm reap cow_parent "
		   "cow_child",
	 FORK_CALL " pre_exec exec_flush cow_parent"},
	{"vfork", SHARED_CALL " vfork_wait first_run reap", SHARED_CALL},
	{"posix_spawn",
	 SHARED_CALL " vfork_wait first_run pre_exec exec_open exec_flush exec_load exit_mm reap",
	 SHARED_CALL " pre_exec exec_flush"},
};

#define KINDS (sizeof(births) / sizeof(births[0]))

/* A cell of two samples, the second without one of the phases. */
static void fill(struct cell *c, size_t kind, enum phase lacking)
{
	assert_int_equal(cell__init(c), 0);
	c->n = 2;
	cell__add_key_text(c, "method", births[kind].method);
	for (int i = 0; i < 2; i++) {
		for (int p = 0; p < PHASE_COUNT; p++) {
			if (strstr(births[kind].has, phase_name(p)))
				series__push(&c->phases[p],
					     i == 1 && p == (int)lacking ? MISSING : power(p));
		}
		series__push(&c->unattributed,
			     i == 1 && phase_models[lacking].group == GROUP_CALL ? MISSING : 7);
	}
}

TEST(a_bill_has_the_work_that_the_birth_caused)
{
	struct cell c;

	for (size_t k = 0; k < KINDS; k++) {
		for (int p = 0; p < PHASE_COUNT; p++) {
			fill(&c, k, p);
			assert_int_equal(cell__add_up_bill(&c), 0);
			assert_int_equal(c.bill.n, 2);
			assert_int_equal(c.bill.v[0], sum_of(births[k].bill));
			/* Of what is no part of it, only the rest of the call counts: unless all
			 * is known there, work may be missing. */
			assert_int_equal(c.bill.v[1],
					 strstr(births[k].bill, phase_name(p)) ||
							 phase_models[p].group == GROUP_CALL
						 ? MISSING
						 : sum_of(births[k].bill));
			cell__free(&c);
		}
	}
}

TEST(a_cell_without_a_bill_names_what_it_lacks)
{
	struct cell c;

	for (size_t k = 0; k < KINDS; k++) {
		for (int p = 0; p < PHASE_COUNT; p++) {
			if (!strstr(births[k].bill, phase_name(p)) ||
			    phase_models[p].group == GROUP_CALL)
				continue;
			fill(&c, k, PHASE_none + 1);
			series__free(&c.phases[p]);
			assert_int_equal(cell__add_up_bill(&c), 0);
			assert_int_equal(c.bill.n, 0);
			assert_int_equal(bill_lacks(&c), p);
			cell__free(&c);
		}
	}
	fill(&c, 0, PHASE_clone_setup);
	series__free(&c.unattributed);
	series__free(&c.phases[PHASE_wake]);
	assert_int_equal(cell__add_up_bill(&c), 0);
	assert_int_equal(c.bill.n, 0);
	assert_int_equal(bill_lacks(&c), PHASE_wake);
	cell__free(&c);
}

/* Edges of a fork that execs, 100 apart; 30 of pre_exec were off the CPU. */
TEST(the_bill_of_a_life_has_no_time_off_the_cpu)
{
	struct life life = {.tid = 5, .result = 5, .born = true, .execed = true, .dead = true};

	for (int e = 0; e < EDGE_COUNT; e++) {
		life.edge[e] = 1000 + 100 * (uint64_t)e;
		life.off[e] = OFF_UNKNOWN;
	}
	for (int i = 0; i < SUM_COUNT; i++)
		life.sum[i] = 10;
	/* mm_start, mm_end, newtask, then clone_return two edges on; pre_exec, exec_flush. */
	assert_int_equal(bill_of_life(&life), 3 * 100 + 200 + 100 + 100 + 10);
	life.off[EDGE_first_run] = 40;
	life.off[EDGE_exec_enter] = 70;
	assert_int_equal(bill_of_life(&life), 3 * 100 + 200 + 70 + 100 + 10);
	life.exec_result = -2; /* ends without a new program */
	assert_int_equal(bill_of_life(&life), 3 * 100 + 200 + 100 + 2 * 10);
	life.sum[SUM_cow_child] = MISSING;
	assert_int_equal(bill_of_life(&life), MISSING);
	life.clone_flags = PHASE_VM | PHASE_VFORK; /* clone_setup ends at newtask, wake at woken */
	assert_int_equal(bill_of_life(&life), 3 * 100 + 100);
	life.result = -11;
	assert_int_equal(bill_of_life(&life), MISSING);
}
