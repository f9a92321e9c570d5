// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/model/phase.h"

#define NO_END -1

/* As libc calls them; posix_spawn's CLONE_CLEAR_SIGHAND of clone3 is beyond the low 32 bits. */
enum method { FORK, VFORK, SPAWN, THREAD, METHODS };

static const uint64_t flags_of[METHODS] = {
	[FORK] = CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD,
	[VFORK] = CLONE_VM | CLONE_VFORK | SIGCHLD,
	[SPAWN] = CLONE_VM | CLONE_VFORK | SIGCHLD | 0x100000000ULL,
	[THREAD] = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		   CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
};

/* Whatever the method. */
#define ALWAYS(edge)                                                                               \
	{                                                                                          \
		edge, edge, edge, edge                                                             \
	}

/* Where each span ends, or NO_END: it does not exist. */
static const struct {
	enum phase phase;
	enum edge from;
	int to[METHODS];
} spans[] = {
	{PHASE_clone_setup,
	 EDGE_clone_enter,
	 {EDGE_mm_start, EDGE_newtask, EDGE_newtask, EDGE_newtask}},
	{PHASE_copy_mm, EDGE_mm_start, {EDGE_mm_end, NO_END, NO_END, NO_END}},
	{PHASE_clone_finish, EDGE_mm_end, {EDGE_newtask, NO_END, NO_END, NO_END}},
	{PHASE_wake, EDGE_newtask, {EDGE_clone_return, EDGE_woken, EDGE_woken, EDGE_clone_return}},
	{PHASE_vfork_wait, EDGE_woken, {NO_END, EDGE_clone_return, EDGE_clone_return, NO_END}},
	{PHASE_first_run, EDGE_woken, ALWAYS(EDGE_first_run)},
	{PHASE_pre_exec, EDGE_first_run, ALWAYS(EDGE_exec_enter)},
	{PHASE_exec_open, EDGE_exec_enter, ALWAYS(EDGE_exec_flush)},
	{PHASE_exec_flush, EDGE_exec_flush, ALWAYS(EDGE_exec_load)},
	{PHASE_exec_load, EDGE_exec_load, ALWAYS(EDGE_exec_done)},
	{PHASE_exit_mm, EDGE_exit_start, ALWAYS(EDGE_exit_mm_end)},
	{PHASE_reap, EDGE_exit, ALWAYS(EDGE_reaped)},
};

static const struct {
	enum phase phase;
	enum sum sum;
	bool exists[METHODS];
} sums[] = {
	{PHASE_copy_files, SUM_copy_files, {true, true, true, false}},
	{PHASE_copy_pages, SUM_copy_pages, {true, false, false, false}},
	{PHASE_cow_parent, SUM_cow_parent, {true, false, false, false}},
	{PHASE_cow_child, SUM_cow_child, {true, false, false, false}},
};

#define SPANS	   (sizeof(spans) / sizeof(spans[0]))
#define SUM_PHASES (sizeof(sums) / sizeof(sums[0]))

/* Every edge and sum is there, and no two spans or sums are of the same length. */
static struct life whole_life(uint64_t clone_flags)
{
	struct life life = {.tid = 7, .result = 7, .born = true, .clone_flags = clone_flags};

	for (int e = 0; e < EDGE_COUNT; e++)
		life.edge[e] = 1000000 + (1ULL << (2 * e));
	for (int s = 0; s < SUM_COUNT; s++)
		life.sum[s] = 3 + s;
	for (int c = 0; c < COUNT_COUNT; c++)
		life.count[c] = MISSING;
	return life;
}

TEST(flags_are_those_of_the_kernel)
{
	assert_int_equal(PHASE_VM, CLONE_VM);
	assert_int_equal(PHASE_VFORK, CLONE_VFORK);
	assert_int_equal(PHASE_FILES, CLONE_FILES);
}

TEST(spans_begin_and_end_as_the_flags_say)
{
	for (size_t i = 0; i < SPANS; i++)
		for (int m = 0; m < METHODS; m++) {
			enum phase p = spans[i].phase;
			struct life life = whole_life(flags_of[m]);
			int to = spans[i].to[m];

			assert_int_equal(phase_exists(p, flags_of[m]), to != NO_END);
			if (to == NO_END) {
				assert_true(phase_ns(&life, p) == MISSING);
				continue;
			}
			assert_int_equal(phase_end(p, flags_of[m]), to);
			assert_int_equal(phase_ns(&life, p),
					 life.edge[to] - life.edge[spans[i].from]);
		}
}

TEST(sums_are_handed_on)
{
	for (size_t i = 0; i < SUM_PHASES; i++)
		for (int m = 0; m < METHODS; m++) {
			enum phase p = sums[i].phase;
			struct life life = whole_life(flags_of[m]);

			assert_int_equal(phase_exists(p, flags_of[m]), sums[i].exists[m]);
			if (!sums[i].exists[m]) {
				assert_true(phase_ns(&life, p) == MISSING);
				continue;
			}
			assert_int_equal(phase_ns(&life, p), 3 + sums[i].sum);
			life.sum[sums[i].sum] = 0; /* counted, and none came */
			assert_int_equal(phase_ns(&life, p), 0);
			life.sum[sums[i].sum] = MISSING;
			assert_true(phase_ns(&life, p) == MISSING);
			/* No edge matters to it. */
			life = whole_life(flags_of[m]);
			memset(life.edge, 0, sizeof(life.edge));
			assert_int_equal(phase_ns(&life, p), 3 + sums[i].sum);
		}
}

/* Each edge in turn is not there: just the spans that it bounds are missing, and never 0. */
TEST(a_missing_edge_is_not_zero)
{
	for (int m = 0; m < METHODS; m++)
		for (int e = 0; e < EDGE_COUNT; e++) {
			struct life life = whole_life(flags_of[m]);

			life.edge[e] = 0;
			for (size_t i = 0; i < SPANS; i++) {
				int from = spans[i].from, to = spans[i].to[m];
				int64_t ns = phase_ns(&life, spans[i].phase);

				if (to == NO_END || from == e || to == e)
					assert_true(ns == MISSING);
				else
					assert_int_equal(ns, life.edge[to] - life.edge[from]);
			}
		}
}

TEST(nothing_known_is_all_missing)
{
	struct life life = {0};

	for (int s = 0; s < SUM_COUNT; s++)
		life.sum[s] = MISSING;
	for (int m = 0; m < METHODS; m++) {
		life.clone_flags = flags_of[m];
		for (int p = 0; p < PHASE_COUNT; p++)
			assert_true(phase_ns(&life, p) == MISSING);
		assert_true(phase_unattributed(&life, 1000) == MISSING);
	}
}

/* Two edges at one tick of a coarse clock, or out of order because two CPUs read them. */
TEST(lengths_are_kept_as_they_are)
{
	struct life life = whole_life(flags_of[FORK]);

	life.edge[EDGE_mm_end] = life.edge[EDGE_mm_start];
	assert_int_equal(phase_ns(&life, PHASE_copy_mm), 0);
	life.edge[EDGE_mm_end] = life.edge[EDGE_mm_start] - 5;
	assert_int_equal(phase_ns(&life, PHASE_copy_mm), -5);
}

/* Preempted or blocked for 2 ns. */
TEST(time_off_the_cpu_is_no_work)
{
	for (size_t i = 0; i < SPANS; i++)
		for (int m = 0; m < METHODS; m++) {
			enum phase p = spans[i].phase;
			bool work = phase_models[p].kind == PHASE_WORK;
			struct life life = whole_life(flags_of[m]);
			int from = spans[i].from, to = spans[i].to[m];
			int64_t span;

			if (to == NO_END)
				continue;
			span = (int64_t)(life.edge[to] - life.edge[from]);
			life.off[from] = 5000;
			life.off[to] = 5000 + 2;
			assert_int_equal(phase_off_ns(&life, p), work ? 2 : 0);
			assert_int_equal(phase_ns(&life, p), work ? span - 2 : span);
			/* The clocks contradict each other: neither is a time of 0 or below. */
			life.off[to] = 5000 + (uint64_t)span + 7;
			assert_int_equal(phase_ns(&life, p), work ? MISSING : span);
			life.off[to] = 5000 - 1;
			assert_int_equal(phase_ns(&life, p), span);
			/* The driver marked one end. */
			life.off[to] = OFF_UNKNOWN;
			assert_int_equal(phase_ns(&life, p), span);
			life.off[from] = OFF_UNKNOWN;
			life.off[to] = 5000;
			assert_int_equal(phase_ns(&life, p), span);
		}
}

TEST(reasons_are_given_just_where_a_phase_is_not)
{
	for (int m = 0; m < METHODS; m++)
		for (int p = 0; p < PHASE_COUNT; p++) {
			const char *why = phase_why_not(p, flags_of[m]);

			assert_int_equal(!why, phase_exists(p, flags_of[m]));
			if (why)
				assert_null(strchr(why, '\n'));
		}
	assert_string_equal(phase_why_not(PHASE_vfork_wait, flags_of[FORK]),
			    "no CLONE_VFORK: the parent is not held");
	assert_string_equal(phase_why_not(PHASE_vfork_wait, flags_of[THREAD]),
			    "no CLONE_VFORK: the parent is not held");
	assert_string_equal(phase_why_not(PHASE_copy_files, flags_of[THREAD]),
			    "CLONE_FILES: the descriptor table is shared");
	assert_string_equal(phase_why_not(PHASE_copy_mm, flags_of[SPAWN]),
			    "CLONE_VM: the address space is shared, not copied");
	assert_string_equal(phase_why_not(PHASE_cow_child, flags_of[VFORK]),
			    "CLONE_VM: the address space is shared, not copied");
}

/* The other mixtures that a caller of clone can ask for. */
TEST(flags_are_heeded_one_by_one)
{
	assert_true(phase_exists(PHASE_copy_mm, CLONE_VFORK));
	assert_true(phase_exists(PHASE_vfork_wait, CLONE_VFORK));
	assert_int_equal(phase_end(PHASE_clone_setup, CLONE_VFORK), EDGE_mm_start);
	assert_int_equal(phase_end(PHASE_wake, CLONE_VFORK), EDGE_woken);
	assert_false(phase_exists(PHASE_copy_mm, CLONE_VM));
	assert_false(phase_exists(PHASE_vfork_wait, CLONE_VM));
	assert_int_equal(phase_end(PHASE_clone_setup, CLONE_VM), EDGE_newtask);
	assert_int_equal(phase_end(PHASE_wake, CLONE_VM), EDGE_clone_return);
	assert_false(phase_exists(PHASE_copy_files, CLONE_FILES));
	assert_true(phase_exists(PHASE_copy_mm, CLONE_FILES));
}

static struct life call(uint64_t clone_flags, uint64_t enter, uint64_t mm_start, uint64_t mm_end,
			uint64_t newtask, uint64_t woken, uint64_t clone_return)
{
	struct life life = {.tid = 7, .result = 7, .born = true, .clone_flags = clone_flags};

	life.edge[EDGE_clone_enter] = enter;
	life.edge[EDGE_mm_start] = mm_start;
	life.edge[EDGE_mm_end] = mm_end;
	life.edge[EDGE_newtask] = newtask;
	life.edge[EDGE_woken] = woken;
	life.edge[EDGE_clone_return] = clone_return;
	for (int s = 0; s < SUM_COUNT; s++)
		life.sum[s] = MISSING;
	return life;
}

TEST(the_rest_of_a_fork)
{
	struct life life = call(flags_of[FORK], 1000, 1300, 2100, 2200, 2350, 2400);

	/* 300 + 800 + 100 + 200 are explained; of the contained sums none is even known. */
	assert_int_equal(phase_unattributed(&life, 1500), 100);
	life.sum[SUM_copy_files] = 250;
	life.sum[SUM_copy_pages] = 700;
	assert_int_equal(phase_unattributed(&life, 1500), 100);
	/* Nor does it matter what the child does, or what is paid later. */
	life.edge[EDGE_first_run] = 2380;
	life.edge[EDGE_exec_enter] = 9000;
	life.edge[EDGE_exit] = 10000;
	life.edge[EDGE_reaped] = 11000;
	life.sum[SUM_cow_parent] = 5000;
	life.sum[SUM_cow_child] = 6000;
	assert_int_equal(phase_unattributed(&life, 1500), 100);
}

TEST(the_rest_where_memory_is_shared)
{
	struct life vfork = call(flags_of[VFORK], 1000, 0, 0, 1400, 1500, 9000);
	struct life thread = call(flags_of[THREAD], 1000, 0, 0, 1400, 1500, 1600);

	/* 400 of setup, 100 to the wake, 7500 of waiting. */
	assert_int_equal(phase_unattributed(&vfork, 8200), 200);
	assert_int_equal(phase_unattributed(&thread, 650), 50);
	/* What libc does with a mm of its own, held by CLONE_VFORK: all five spans. */
	vfork = call(CLONE_VFORK | SIGCHLD, 1000, 1100, 1300, 1400, 1500, 9000);
	assert_int_equal(phase_unattributed(&vfork, 8200), 200);
}

TEST(a_negative_rest_is_kept)
{
	struct life life = call(flags_of[FORK], 1000, 1300, 2100, 2200, 2350, 2400);

	assert_int_equal(phase_unattributed(&life, 1400), 0);
	assert_int_equal(phase_unattributed(&life, 1390), -10);
	assert_int_equal(phase_unattributed(&life, 0), -1400);
}

/* A rest that holds an unmeasured phase would be no rest. */
TEST(no_rest_without_every_part)
{
	static const enum edge needed[] = {EDGE_clone_enter, EDGE_mm_start, EDGE_mm_end,
					   EDGE_newtask, EDGE_clone_return};
	const struct life fork = call(flags_of[FORK], 1000, 1300, 2100, 2200, 2350, 2400);
	struct life life;

	assert_true(phase_unattributed(&fork, MISSING) == MISSING);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		life = fork;
		life.edge[needed[i]] = 0;
		assert_true(phase_unattributed(&life, 1500) == MISSING);
	}
	/* A fork's spans do not need it. */
	life = fork;
	life.edge[EDGE_woken] = 0;
	assert_int_equal(phase_unattributed(&life, 1500), 100);
	life = call(flags_of[VFORK], 1000, 0, 0, 1400, 0, 9000);
	assert_true(phase_unattributed(&life, 8200) == MISSING);
}

TEST(the_table_is_sound)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct phase_model *m = &phase_models[p];

		assert_string_equal(m->name, phase_name(p));
		assert_true(m->brief[0]);
		assert_int_not_equal(m->letter, '.'); /* what no phase explains */
		for (int other = 0; other < p; other++)
			assert_int_not_equal(m->letter, phase_models[other].letter);
		if (m->part_of != PHASE_none) {
			/* One level, or containing time would be hidden twice. */
			assert_int_equal(phase_models[m->part_of].part_of, PHASE_none);
			assert_int_equal(phase_models[m->part_of].group, m->group);
			assert_true((int)m->part_of < p);
		}
		if (m->sum >= 0)
			assert_true(m->sum < SUM_COUNT);
		else
			assert_true(m->from < m->to && m->from < m->other_to);
	}
}
