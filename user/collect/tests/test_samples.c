// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "bench/tests/unit.h"
#include "user/tests/sample_records.h"

TEST_BETWEEN(a_sample_and_its_life_become_values, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000);
	struct record_death d = death_after(&e, 5000);
	struct sample s = sample(7, 5000);

	s.t_exec = s.t_exit = 5790;
	s.stall = 540;
	s.stall_sum = 700;
	s.stall_base = 3;
	s.ended = 4;
	ADD(b);
	ADD(d);
	join(&s, find(&s));
	HOLDS(samples[SAMPLE_spawn_ns], 550);
	HOLDS(samples[SAMPLE_first_run_ns], 500);
	HOLDS(samples[SAMPLE_exec_ns], 810);
	HOLDS(samples[SAMPLE_exit_ns], 560);
	HOLDS(samples[SAMPLE_total_ns], 1370);
	HOLDS(samples[SAMPLE_stall_ns], 540);
	HOLDS(samples[SAMPLE_stall_sum_ns], 700);
	HOLDS(samples[SAMPLE_stall_base_ns], 3);
	HOLDS(samples[SAMPLE_each_ns], 1370 / 4);
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

TEST_BETWEEN(untraced_samples_have_timings_alone, set_up, tear_down)
{
	struct sample s = sample(7, 5000);

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

TEST_BETWEEN(lost_records_leave_gaps_in_their_place, set_up, tear_down)
{
	const int64_t no = MISSING;

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
TEST_BETWEEN(series_that_start_late_are_padded, set_up, tear_down)
{
	struct source_choice all = choice;
	struct sample s = sample(0, 90000);

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

TEST_BETWEEN(errnos_stand_at_their_samples, set_up, tear_down)
{
	static const int errors[] = {0, 0, EAGAIN, 0, ENOMEM, 0};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct sample s = errors[i] ? failed_sample(errors[i], 1000) : sample(7, 1000);

		join(&s, NULL);
	}
	HOLDS(errnos, 0, 0, EAGAIN, 0, ENOMEM, 0);
	HOLDS(samples[SAMPLE_spawn_ns], 550, 550, MISSING, 550, MISSING, 550);
	HOLDS(samples[SAMPLE_total_ns], 1370, 1370, MISSING, 1370, MISSING, 1370);
}

/* The first fails; and a failure that the driver could time is still no spawn. */
TEST_BETWEEN(a_failed_call_has_no_spawn_time, set_up, tear_down)
{
	struct sample failed = sample(7, 5000), s = sample(7, 7000);

	failed.error = ENOENT;
	join(&failed, NULL);
	join(&s, NULL);
	HOLDS(samples[SAMPLE_spawn_ns], MISSING, 550);
	HOLDS(samples[SAMPLE_total_ns], MISSING, 1370);
	HOLDS(errnos, ENOENT, 0);
}

/* It never came to copying descriptors or pages: that is not a copy that took no time. */
TEST_BETWEEN(a_failed_birth_has_no_zeroes, set_up, tear_down)
{
	struct record_birth bad = failure(EAGAIN, 5000);
	struct sample failed = failed_sample(EAGAIN, 5000), s = sample(7, 7000);

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
TEST_BETWEEN(the_driver_stands_in_only_where_it_was_chosen, set_up, tear_down)
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
	struct sample s = {7,	 0,    4993,	5507,	 5593,	  5807,
			   5807, 6307, MISSING, MISSING, MISSING, MISSING};

	for (int chosen = 0; chosen < 16; chosen++) {
		lives__clear(&l);
		new_cell();
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

TEST_BETWEEN(an_edge_without_source_has_no_stand_in, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct sample s = sample(7, 5000);

	b.edge[EDGE_clone_return] = 0;
	choice.edges[EDGE_clone_return] = NULL;
	ADD(b);
	join(&s, find(&s));
	HOLDS(phases[PHASE_copy_mm], 200);
	HOLDS(phases[PHASE_wake], MISSING);
	HOLDS(unattributed, MISSING);
}

/* Another program than the driver's child writes no time: the trace has it. */
TEST_BETWEEN(another_program_runs_where_its_exec_ends, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct record_exec e = exec(7, 0, 5000), failed = exec(8, -ENOENT, 15000);
	struct record_death d = death_after(&e, 5000), failed_end = death_after(&failed, 15000);
	struct record_birth second = birth(8, 15000);
	struct sample s = sample(7, 5000), not_run = sample(8, 15000);

	ADD(b);
	ADD(d);
	ADD(second);
	ADD(failed_end);
	join(&s, find(&s));
	join(&not_run, find(&not_run));
	HOLDS(samples[SAMPLE_exec_ns], (int64_t)e.edge IN_EXEC(exec_done) - s.t_call, MISSING);
	/* The driver's own child knows better; without a trace nobody knows. */
	new_cell();
	s.t_exec = 5490;
	join(&s, find(&s));
	HOLDS(samples[SAMPLE_exec_ns], 5490 - s.t_call);
	new_cell();
	s.t_exec = MISSING;
	join(&s, NULL);
	HOLDS(samples[SAMPLE_exec_ns], MISSING);
	/* A shell's exec is not the program's. */
	new_cell();
	cell__add_key_text(&cell, "method", "system");
	join(&s, find(&s));
	HOLDS(samples[SAMPLE_exec_ns], MISSING);
}

/* The child's first timestamp is "before exec" only in a child that execs. */
TEST_BETWEEN(a_child_without_exec_has_no_exec_entry, set_up, tear_down)
{
	struct sample s = sample(7, 5000);

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
TEST_BETWEEN(cow_is_counted_where_pages_are_shared_and_probes_look, set_up, tear_down)
{
	struct sample s = sample(7, 5000);

	for (int i = 0; i < 4; i++) {
		bool copies = i & 1, looks = i & 2;
		struct record_birth b = copies ? birth(7, 5000) : vfork_birth(7, 5000);
		struct record_death d = death(7, 5000);

		lives__clear(&l);
		new_cell();
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
TEST_BETWEEN(a_child_that_still_lives_has_no_cow, set_up, tear_down)
{
	struct record_birth b = birth(7, 5000);
	struct sample s = sample(7, 5000);

	ADD(b);
	join(&s, find(&s));
	cow_holds(MISSING);
	HOLDS(counts[COUNT_ptes_copied], 24);
}
