// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/collect/origin.h"
#include "user/probe/source_text.h"

#define FORK   ((uint64_t)SIGCHLD)
#define VFORK  ((uint64_t)(CLONE_VM | CLONE_VFORK | SIGCHLD))
#define THREAD ((uint64_t)(CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD))

#define EXPENSIVE  "too expensive while times are taken: see trace=all"
#define NOT_HELD   "no CLONE_VFORK: the parent is not held"
#define SHARED	   "CLONE_VM: the address space is shared, not copied"
#define NO_EXEC	   "the child does not exec"
#define NOT_MARKED "the probe was attached but marked nothing on this kernel"
#define NO_ENTRY   "only the pass trace=all marks the entry of an execve that libc calls"
#define NO_MM_END  "CLONE_VM: the child has no address space of its own to tear down"

/* What each test begins with: a kernel where every row works, and a cell without samples. */
static char refusal[SOURCES_MAX][SOURCE_REFUSAL_MAX];
static struct source_choice choice;
static struct cell cell;
static struct run run;

/* As probe.c does: the first usable row of each edge and sum, expensive ones only if all are
 * wanted. */
static void choose(bool all)
{
	choice = (struct source_choice){.refusal = (const char(*)[SOURCE_REFUSAL_MAX])refusal,
					.all = all};
	for (size_t i = 0; i < source_count; i++) {
		const struct source *row = &sources[i];
		const struct source **slot =
			row->edge >= 0 ? &choice.edges[row->edge] : &choice.sums[row->sum];

		if (!*slot && !refusal[i][0] && !row->of_profile && (all || !row->expensive))
			*slot = row;
	}
}

static void refuse_row(size_t i, const char *why)
{
	snprintf(refusal[i], sizeof(refusal[i]), "%s", why);
}

/* From here on no row of this kind works, or none that marks this edge. */
static void refuse(enum source_kind kind, const char *why)
{
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].kind == kind)
			refuse_row(i, why);
	choose(choice.all);
}

static void refuse_edge(enum edge edge, const char *why)
{
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].edge == (int)edge)
			refuse_row(i, why);
	choose(choice.all);
}

static int set_up(void **state)
{
	memset(refusal, 0, sizeof(refusal));
	cell__init(&cell);
	choose(true);
	return 0;
}

static void new_cell(void)
{
	cell__free(&cell);
	assert_int_equal(cell__init(&cell), 0);
}

static int tear_down(void **state)
{
	cell__free(&cell);
	run__free(&run);
	run = (struct run){0};
	return 0;
}

static void source_or_refusal_is(enum phase p, uint64_t flags, int err, const char *expected)
{
	char text[512] = "";

	assert_int_equal(source_of_phase(&choice, p, flags, text, sizeof(text)), err);
	assert_string_equal(text, expected);
}

#define source_is(phase, flags, expected)  source_or_refusal_is(phase, flags, 0, expected)
#define refusal_is(phase, flags, expected) source_or_refusal_is(phase, flags, -ENOENT, expected)

static void each_has_one_of_both(const struct phase_origin *origins)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		const char *text = origins[p].source ? origins[p].source : origins[p].absent;

		assert_true(!origins[p].source != !origins[p].absent);
		assert_true(text && text[0] && !strchr(text, '\n'));
	}
}

static void none_has_either(void)
{
	for (int p = 0; p < PHASE_COUNT; p++)
		assert_true(!cell.phase_origin[p].source && !cell.phase_origin[p].absent);
}

static void learn(uint64_t flags)
{
	struct life life = {.tid = 7, .result = 7, .born = true, .clone_flags = flags};

	assert_int_equal(origin_learn(&cell, &life, &choice), 0);
	each_has_one_of_both(cell.phase_origin);
}

/* The phase had a value in some sample. */
static void give(enum phase p)
{
	assert_int_equal(series__push(&cell.phases[p], 42), 0);
}

static void settle(void)
{
	assert_int_equal(origin_settle(&cell), 0);
	each_has_one_of_both(cell.phase_origin);
}

/* Settles a new cell of lives with these flags and, if `given` is a phase, values of that. */
static void settle_one(uint64_t flags, int given)
{
	new_cell();
	learn(flags);
	if (given >= 0)
		give(given);
	settle();
}

static void run_lists(const struct source_choice *of)
{
	assert_int_equal(origin_of_run(&run, of), 0);
	each_has_one_of_both(run.phases);
}

static void has_source(enum phase p, const char *expected)
{
	assert_null(cell.phase_origin[p].absent);
	assert_non_null(cell.phase_origin[p].source);
	assert_string_equal(cell.phase_origin[p].source, expected);
}

static void is_absent(enum phase p, const char *expected)
{
	assert_null(cell.phase_origin[p].source);
	assert_non_null(cell.phase_origin[p].absent);
	assert_string_equal(cell.phase_origin[p].absent, expected);
}

/* Sources. */

TEST_BETWEEN(a_source_names_both_ends_where_they_differ, set_up, tear_down)
{
	source_is(PHASE_copy_files, FORK, "fentry:dup_fd");
	source_is(PHASE_exit_mm, FORK, "fentry:exit_mmap");
	source_is(PHASE_copy_mm, FORK, "fentry:sched_autogroup_fork..copy_namespaces");
	source_is(PHASE_clone_finish, FORK, "fentry:copy_namespaces..tracepoint:task_newtask");
	source_is(PHASE_wake, FORK, "tracepoint:task_newtask..fentry:kernel_clone");
	refuse(SOURCE_FENTRY, "no BTF");
	refuse(SOURCE_KPROBE, "no kprobes");
	source_is(PHASE_copy_mm, FORK, "tracepoint:mmap_lock");
	source_is(PHASE_clone_setup, FORK, "tracepoint:sys_enter_clone..mmap_lock");
	source_is(PHASE_reap, FORK, "tracepoint:sched_process_exit..driver:wait");
	choose(false);
	source_is(PHASE_clone_setup, FORK, "driver:call..tracepoint:mmap_lock");
	source_is(PHASE_wake, FORK, "tracepoint:task_newtask..driver:return");
	source_is(PHASE_exec_open, FORK, "driver:before exec..tracepoint:sched_prepare_exec");
}

TEST_BETWEEN(a_source_heeds_where_the_flags_end_a_phase, set_up, tear_down)
{
	source_is(PHASE_clone_setup, FORK, "fentry:kernel_clone..sched_autogroup_fork");
	source_is(PHASE_clone_setup, VFORK, "fentry:kernel_clone..tracepoint:task_newtask");
	source_is(PHASE_clone_setup, THREAD, "fentry:kernel_clone..tracepoint:task_newtask");
	source_is(PHASE_wake, VFORK, "tracepoint:task_newtask..sched_wakeup_new");
	source_is(PHASE_wake, THREAD, "tracepoint:task_newtask..fentry:kernel_clone");
	/* A source that is missing at the other end does not matter. */
	refuse_edge(EDGE_mm_start, "gone");
	source_is(PHASE_clone_setup, VFORK, "fentry:kernel_clone..tracepoint:task_newtask");
	refusal_is(PHASE_clone_setup, FORK,
		   "fentry gone; fentry gone; kprobe gone; kprobe gone; tracepoint gone");
}

TEST_BETWEEN(a_refusal_has_the_reason_of_each_kind, set_up, tear_down)
{
	refuse(SOURCE_FENTRY, "cannot: no BTF");
	refuse(SOURCE_KPROBE, "takes CONFIG_KPROBES");
	refusal_is(PHASE_copy_files, FORK,
		   "fentry cannot: no BTF; kprobe takes CONFIG_KPROBES; no tracepoint marks it");
	refuse(SOURCE_TRACEPOINT, "cannot");
	refusal_is(PHASE_cow_child, FORK,
		   "fentry cannot: no BTF; kprobe takes CONFIG_KPROBES; tracepoint cannot");
	refusal_is(PHASE_exec_load, FORK, "tracepoint cannot");
	/* Of two ends that are both missing, the first is explained. */
	refusal_is(PHASE_first_run, FORK, "tracepoint cannot");
	cell__free(&cell);
	set_up(state);
	refuse_edge(EDGE_first_run, "gone");
	refusal_is(PHASE_first_run, FORK, "fentry gone; kprobe gone; tracepoint gone");
	refusal_is(PHASE_pre_exec, FORK, "fentry gone; kprobe gone; tracepoint gone");
}

TEST_BETWEEN(what_works_but_costs_too_much_is_left_out, set_up, tear_down)
{
	choose(false);
	refusal_is(PHASE_copy_files, FORK, EXPENSIVE);
	refusal_is(PHASE_copy_pages, FORK, EXPENSIVE);
	refusal_is(PHASE_cow_parent, FORK, EXPENSIVE);
	/* Also if what stands before it in the table does not work. */
	refuse(SOURCE_FENTRY, "no BTF");
	choose(false);
	refusal_is(PHASE_copy_pages, FORK, EXPENSIVE);
	refuse(SOURCE_KPROBE, "no kprobes");
	choose(false);
	refusal_is(PHASE_cow_parent, FORK, EXPENSIVE);
	refusal_is(PHASE_copy_pages, FORK,
		   "fentry no BTF; kprobe no kprobes; no tracepoint marks it");
}

static void failures_are(const char *source, const char *absent)
{
	assert_int_equal(origin_of_failures(&run, &choice), 0);
	if (source)
		assert_string_equal(run.failures.source, source);
	if (absent)
		assert_string_equal(run.failures.absent, absent);
	assert_true(!run.failures.source == !source && !run.failures.absent == !absent);
	run__free(&run);
}

/* A call that fails has no child to be seen by. */
TEST_BETWEEN(failures_take_both_ends_of_the_call, set_up, tear_down)
{
	failures_are("fentry:kernel_clone", NULL);
	refuse(SOURCE_FENTRY, "no BTF");
	failures_are("tracepoint:sys_exit_clone", NULL);
	choose(false);
	failures_are(NULL, "only calls that succeed reach put_pid; see --detail");
	refuse(SOURCE_KPROBE, "no kprobes");
	choice.edges[EDGE_clone_return] = NULL;
	failures_are(NULL, EXPENSIVE);
	choose(true);
	choice.edges[EDGE_clone_enter] = NULL;
	failures_are(NULL, EXPENSIVE);
}

/* Each in memory of just its size, where a sanitizer sees what is written beyond it. */
TEST_BETWEEN(texts_are_cut_to_size, set_up, tear_down)
{
	static const char whole[] = "fentry:kernel_clone..tracepoint:task_newtask";
	static const char why[] = "fentry gone; kprobe gone; no tracepoint marks it";

	for (size_t i = 0; i < source_count; i++)
		if (sources[i].sum == SUM_copy_files)
			refuse_row(i, "gone");
	choose(true);
	for (size_t size = 1; size <= sizeof(why); size++) {
		char *text = malloc(size);

		assert_non_null(text);
		assert_int_equal(source_of_phase(&choice, PHASE_clone_setup, VFORK, text, size), 0);
		assert_memory_equal(text, whole, strlen(text));
		assert_true(strlen(text) == size - 1 || !strcmp(text, whole));
		assert_int_equal(source_of_phase(&choice, PHASE_copy_files, FORK, text, size),
				 -ENOENT);
		assert_memory_equal(text, why, size - 1);
		assert_int_equal(strlen(text), size - 1);
		free(text);
	}
}

TEST_BETWEEN(long_refusals_fit_what_origins_hold, set_up, tear_down)
{
	char longest[160];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	refuse(SOURCE_FENTRY, longest);
	refuse(SOURCE_KPROBE, longest);
	refuse(SOURCE_TRACEPOINT, longest);
	learn(FORK);
	settle();
	assert_int_equal(strlen(cell.phase_origin[PHASE_clone_setup].absent), 511);
}

/* Runs. */

TEST_BETWEEN(a_run_lists_every_phase_whatever_the_method, set_up, tear_down)
{
	refuse(SOURCE_FENTRY, "no BTF");
	run_lists(&choice);
	assert_string_equal(run.phases[PHASE_vfork_wait].source,
			    "tracepoint:sched_wakeup_new..sys_exit_clone");
	assert_string_equal(run.phases[PHASE_copy_mm].source,
			    "kprobe:sched_autogroup_fork..copy_namespaces");
	assert_string_equal(run.phases[PHASE_copy_files].source, "kprobe:dup_fd");
	assert_string_equal(run.phases[PHASE_exec_load].source,
			    "tracepoint:task_rename..sys_exit_execve");
}

TEST_BETWEEN(a_run_lists_what_is_refused, set_up, tear_down)
{
	refuse(SOURCE_FENTRY, "no BTF");
	refuse(SOURCE_KPROBE, "no kprobes");
	run_lists(&choice);
	assert_string_equal(run.phases[PHASE_copy_files].absent,
			    "fentry no BTF; kprobe no kprobes; no tracepoint marks it");
	assert_string_equal(run.phases[PHASE_copy_mm].source, "tracepoint:mmap_lock");
}

TEST_BETWEEN(an_untraced_run_has_no_sources, set_up, tear_down)
{
	run_lists(NULL);
	for (int p = 0; p < PHASE_COUNT; p++)
		assert_string_equal(run.phases[p].absent, "nothing was attached (untraced)");
}

/* Cells. */

TEST_BETWEEN(a_fork_has_all_but_a_wait, set_up, tear_down)
{
	learn(FORK);
	for (int p = 0; p < PHASE_COUNT; p++) {
		char text[512];
		bool marked = !source_of_phase(&choice, p, FORK, text, sizeof(text));

		if (p != PHASE_vfork_wait)
			assert_int_equal(cell.phase_origin[p].source != NULL, marked);
	}
	is_absent(PHASE_vfork_wait, NOT_HELD);
	has_source(PHASE_cow_child, "fentry:do_wp_page");
}

TEST_BETWEEN(a_vfork_copies_no_memory, set_up, tear_down)
{
	learn(VFORK);
	is_absent(PHASE_copy_mm, SHARED);
	is_absent(PHASE_copy_pages, SHARED);
	is_absent(PHASE_clone_finish, SHARED);
	is_absent(PHASE_cow_parent, SHARED);
	is_absent(PHASE_cow_child, SHARED);
	has_source(PHASE_copy_files, "fentry:dup_fd");
	has_source(PHASE_vfork_wait, "tracepoint:sched_wakeup_new..fentry:kernel_clone");
	has_source(PHASE_wake, "tracepoint:task_newtask..sched_wakeup_new");
}

TEST_BETWEEN(a_thread_copies_nothing_and_holds_nobody, set_up, tear_down)
{
	learn(THREAD);
	is_absent(PHASE_copy_mm, SHARED);
	is_absent(PHASE_copy_files, "CLONE_FILES: the descriptor table is shared");
	is_absent(PHASE_vfork_wait, NOT_HELD);
	has_source(PHASE_clone_setup, "fentry:kernel_clone..tracepoint:task_newtask");
}

/* That the method has no such phase says more than that no probe would be there. */
TEST_BETWEEN(the_method_goes_before_the_kernel, set_up, tear_down)
{
	choose(false);
	refuse_edge(EDGE_mm_start, "gone");
	learn(VFORK);
	is_absent(PHASE_copy_mm, SHARED);
	is_absent(PHASE_copy_pages, SHARED);
	is_absent(PHASE_copy_files, EXPENSIVE);
}

TEST_BETWEEN(the_first_life_is_learnt_from, set_up, tear_down)
{
	const struct life failed = {.result = -EAGAIN, .born = true, .clone_flags = VFORK};

	assert_int_equal(origin_learn(&cell, &failed, &choice), 0);
	none_has_either();
	learn(FORK);
	learn(VFORK);
	has_source(PHASE_copy_mm, "fentry:sched_autogroup_fork..copy_namespaces");
	is_absent(PHASE_vfork_wait, NOT_HELD);
	/* Also where the first phase of the table has no source. */
	new_cell();
	refuse_edge(EDGE_mm_start, "gone");
	learn(FORK);
	learn(VFORK);
	is_absent(PHASE_vfork_wait, NOT_HELD);
}

/* Settling. */

TEST_BETWEEN(a_cell_without_lives_has_nothing_to_settle, set_up, tear_down)
{
	assert_int_equal(origin_settle(&cell), 0);
	none_has_either();
}

TEST_BETWEEN(what_has_values_keeps_its_source, set_up, tear_down)
{
	bool had[PHASE_COUNT];

	learn(FORK);
	for (int p = 0; p < PHASE_COUNT; p++) {
		had[p] = cell.phase_origin[p].source;
		if (had[p])
			give(p);
	}
	settle();
	settle();
	assert_false(had[PHASE_vfork_wait]);
	assert_true(had[PHASE_copy_mm]);
	for (int p = 0; p < PHASE_COUNT; p++)
		assert_int_equal(!cell.phase_origin[p].absent, had[p]);
}

TEST_BETWEEN(a_child_that_only_exits_does_not_exec, set_up, tear_down)
{
	learn(FORK);
	give(PHASE_clone_setup);
	give(PHASE_exit_mm);
	settle();
	is_absent(PHASE_pre_exec, NO_EXEC);
	is_absent(PHASE_exec_open, NO_EXEC);
	is_absent(PHASE_exec_flush, NO_EXEC);
	is_absent(PHASE_exec_load, NO_EXEC);
	is_absent(PHASE_first_run, NOT_MARKED);
	is_absent(PHASE_cow_child, NOT_MARKED);
	is_absent(PHASE_reap, NOT_MARKED);
	has_source(PHASE_exit_mm, "fentry:exit_mmap");
}

TEST_BETWEEN(a_child_in_shared_memory_tears_nothing_down, set_up, tear_down)
{
	settle_one(VFORK, PHASE_clone_setup);
	is_absent(PHASE_exit_mm, NO_MM_END);
	is_absent(PHASE_reap, NOT_MARKED);
	settle_one(THREAD, -1);
	is_absent(PHASE_exit_mm, NO_MM_END);
	/* But for a child that execs: it got an address space. */
	settle_one(VFORK, PHASE_exec_load);
	is_absent(PHASE_exit_mm, NOT_MARKED);
}

/* A fork has an address space of its own even where nothing marks how it was copied. */
TEST_BETWEEN(a_fork_that_nothing_marks_shares_nothing, set_up, tear_down)
{
	settle_one(FORK, -1);
	is_absent(PHASE_copy_mm, NOT_MARKED);
	is_absent(PHASE_exit_mm, NOT_MARKED);
	refuse_edge(EDGE_mm_end, "gone");
	settle_one(FORK, -1);
	is_absent(PHASE_copy_mm, "fentry gone; kprobe gone; tracepoint gone");
	is_absent(PHASE_exit_mm, NOT_MARKED);
}

/* posix_spawn's child takes no timestamp of its own before the exec. */
TEST_BETWEEN(libc_hides_the_entry_of_its_execs_from_the_driver, set_up, tear_down)
{
	choose(false);
	refuse(SOURCE_FENTRY, "no BTF");
	refuse(SOURCE_KPROBE, "no kprobes");
	learn(VFORK);
	assert_int_equal(series__push(&cell.samples[SAMPLE_exec_ns], 42), 0);
	give(PHASE_exec_flush);
	settle();
	is_absent(PHASE_pre_exec, EXPENSIVE); /* sched_switch, at its other end */
	is_absent(PHASE_exec_open, NO_ENTRY);
	is_absent(PHASE_exec_load, NOT_MARKED);
	has_source(PHASE_exec_flush, "tracepoint:sched_prepare_exec..task_rename");
}

TEST_BETWEEN(where_no_probe_has_the_entry_of_an_exec_no_other_pass_is_named, set_up, tear_down)
{
	choose(false);
	choice.edges[EDGE_exec_enter] = NULL;
	for (size_t i = 0; i < source_count; i++)
		if (sources[i].edge == EDGE_exec_enter && sources[i].kind == SOURCE_DRIVER)
			choice.edges[EDGE_exec_enter] = &sources[i];
	assert_int_equal(cell__add_key_text(&cell, "trace", "all"), 0);
	learn(VFORK);
	assert_int_equal(series__push(&cell.samples[SAMPLE_exec_ns], 42), 0);
	give(PHASE_exec_flush);
	settle();
	is_absent(PHASE_exec_open, "no probe here marks the entry of an execve that libc calls");
}

/* It has nothing to do with libc if it was the kernel that should have marked it. */
TEST_BETWEEN(an_entry_that_a_probe_missed_is_not_hidden, set_up, tear_down)
{
	settle_one(FORK, PHASE_exec_load);
	is_absent(PHASE_pre_exec, NOT_MARKED);
	is_absent(PHASE_exec_open, NOT_MARKED);
	is_absent(PHASE_exec_flush, NOT_MARKED);
}

/* Every kernel, set, method, and set of phases with values. */
TEST_BETWEEN(never_both_and_never_neither, set_up, tear_down)
{
	static const uint64_t flags[] = {FORK, VFORK, THREAD, CLONE_VFORK, CLONE_VM, CLONE_FILES};

	for (int i = 0; i < 8 * 2 * 6 * 16; i++) {
		int kernel = i & 7, all = i >> 3 & 1, values = i >> 4 & 15, method = i >> 8;

		memset(refusal, 0, sizeof(refusal));
		for (int kind = SOURCE_FENTRY; kind <= SOURCE_TRACEPOINT; kind++)
			if (kernel & 1 << kind)
				refuse(kind, "not possible here");
		choose(all);
		learn(flags[method]);
		for (int p = 0; p < PHASE_COUNT; p++)
			if (cell.phase_origin[p].source && values & 1 << p % 4)
				give(p);
		settle();
		for (int p = 0; p < PHASE_COUNT; p++)
			assert_int_equal(!cell.phase_origin[p].source, !cell.phases[p].n);
		run_lists(&choice);
		tear_down(state);
		new_cell();
	}
}
