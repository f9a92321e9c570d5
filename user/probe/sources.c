// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/sources.h"

#define ROW(e, s, k, d, n, ...)                                                                    \
	{                                                                                          \
		.edge = e, .sum = s, .kind = SOURCE_##k, .dear = d, .name = n, .programs = {       \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define AT_EDGE(e, k, n, ...)	   ROW(EDGE_##e, -1, k, false, n, __VA_ARGS__)
#define AT_EDGE_DEAR(e, k, n, ...) ROW(EDGE_##e, -1, k, true, n, __VA_ARGS__)
/* Every system call runs into these, but they come off at once: worth it where nothing is switched.
 */
#define AT_EDGE_RAW(e, n, program)     PROFILE_ROW(e, true, n, program)
#define AT_EDGE_PROFILE(e, n, program) PROFILE_ROW(e, false, n, program)
#define PROFILE_ROW(e, d, n, program)                                                              \
	{                                                                                          \
		.edge = EDGE_##e, .sum = -1, .kind = SOURCE_TRACEPOINT, .dear = d,                 \
		.of_profile = true, .name = n, .programs = {program},                              \
	}
#define AT_SUM(s, k, n, ...) ROW(-1, SUM_##s, k, true, n, __VA_ARGS__)

#define COW_FUNCTIONS(profile, entry, exit)                                                        \
	profile entry "_do_wp_page", profile exit "_do_wp_page",                                   \
		profile entry "_do_huge_pmd_wp_page", profile exit "_do_huge_pmd_wp_page"
#define COW_ROW(s, k, p, n, ...)                                                                   \
	{                                                                                          \
		.edge = -1, .sum = SUM_##s, .kind = SOURCE_##k, .dear = true, .of_profile = p,     \
		.name = n, .programs = {__VA_ARGS__},                                              \
	}
/* A profile has its own, which also count the faults of threads that have not forked. */
#define COW_ROWS(s)                                                                                \
	COW_ROW(s, FENTRY, true, "do_wp_page", COW_FUNCTIONS("profile_", "fentry", "fexit")),      \
		COW_ROW(s, FENTRY, false, "do_wp_page", COW_FUNCTIONS("", "fentry", "fexit")),     \
		COW_ROW(s, KPROBE, true, "do_wp_page",                                             \
			COW_FUNCTIONS("profile_", "kprobe", "kretprobe")),                         \
		COW_ROW(s, KPROBE, false, "do_wp_page", COW_FUNCTIONS("", "kprobe", "kretprobe")), \
		COW_ROW(s, TRACEPOINT, true, "page_fault_user", "profile_page_fault_user",         \
			"profile_page_fault_kernel", "profile_page_alloc", "profile_page_fault"),  \
		COW_ROW(s, TRACEPOINT, false, "page_fault_user", "tp_page_fault_user",             \
			"tp_page_fault_kernel", "tp_mm_page_alloc", "perf_page_fault")

/*
 * In order of preference. Some edges have a tracepoint that stands exactly there on every kernel
 * from 5.10 on; a function probe would be no better, so they have no other row. kretprobes are
 * avoided where a task may sleep inside the function (kernel_clone with CLONE_VFORK): their number
 * is limited, and those that find no room are dropped unseen. What stands first is nearest to the
 * edge: mm_init comes some 1,300 instructions into the copy.
 *
 * Dear are the sums, whose probes run inside phases that others time, once per VMA or fault; a
 * probe that runs at every context switch; and syscall tracepoints: one of these puts every system
 * call of every task on the slow path, some 300 instructions each, 7 % of a posix_spawn.
 */
const struct source sources[] = {
	AT_EDGE(clone_enter, FENTRY, "kernel_clone", "fentry_kernel_clone"),
	AT_EDGE(clone_enter, KPROBE, "kernel_clone", "kprobe_kernel_clone"),
	AT_EDGE_RAW(clone_enter, "sys_enter", "tp_sys_enter"),
	AT_EDGE_DEAR(clone_enter, TRACEPOINT, "sys_enter_clone", "enter_clone", "enter_clone3",
		     "enter_fork", "enter_vfork"),
	AT_EDGE(clone_enter, DRIVER, "call", NULL),

	AT_SUM(copy_files, FENTRY, "dup_fd", "fentry_dup_fd", "fexit_dup_fd"),
	AT_SUM(copy_files, KPROBE, "dup_fd", "kprobe_dup_fd", "kretprobe_dup_fd"),

	AT_EDGE(mm_start, FENTRY, "sched_autogroup_fork", "fentry_sched_autogroup_fork"),
	AT_EDGE(mm_start, FENTRY, "mm_init", "fentry_mm_init"),
	AT_EDGE(mm_start, KPROBE, "sched_autogroup_fork", "kprobe_sched_autogroup_fork"),
	AT_EDGE(mm_start, KPROBE, "mm_init", "kprobe_mm_init"),
	AT_EDGE_PROFILE(mm_start, "mmap_lock", "profile_mm_lock"),
	AT_EDGE(mm_start, TRACEPOINT, "mmap_lock", "tp_mmap_lock_acquire_returned"),

	AT_EDGE(mm_end, FENTRY, "copy_namespaces", "fentry_copy_namespaces"),
	AT_EDGE(mm_end, KPROBE, "copy_namespaces", "kprobe_copy_namespaces"),
	AT_EDGE_PROFILE(mm_end, "mmap_lock", "profile_mm_unlock"),
	AT_EDGE(mm_end, TRACEPOINT, "mmap_lock", "tp_mmap_lock_released"),

	AT_SUM(copy_pages, FENTRY, "copy_page_range", "fentry_copy_page_range",
	       "fexit_copy_page_range"),
	AT_SUM(copy_pages, KPROBE, "copy_page_range", "kprobe_copy_page_range",
	       "kretprobe_copy_page_range"),

	AT_EDGE_PROFILE(newtask, "task_newtask", "profile_newtask"),
	AT_EDGE(newtask, TRACEPOINT, "task_newtask", "tp_task_newtask"),
	AT_EDGE_PROFILE(woken, "sched_wakeup_new", "profile_woken"),
	AT_EDGE(woken, TRACEPOINT, "sched_wakeup_new", "tp_sched_wakeup_new"),

	AT_EDGE(clone_return, FENTRY, "kernel_clone", "fexit_kernel_clone"),
	AT_EDGE_RAW(clone_return, "sys_exit", "tp_sys_exit"),
	AT_EDGE_DEAR(clone_return, TRACEPOINT, "sys_exit_clone", "exit_clone", "exit_clone3",
		     "exit_fork", "exit_vfork"),
	/* Sees no call that fails, so only where the one before is too dear. */
	AT_EDGE(clone_return, KPROBE, "put_pid", "kprobe_put_pid"),
	AT_EDGE(clone_return, DRIVER, "return", NULL),

	AT_EDGE(first_run, FENTRY, "schedule_tail", "fentry_schedule_tail"),
	AT_EDGE(first_run, KPROBE, "schedule_tail", "kprobe_schedule_tail"),
	AT_EDGE_DEAR(first_run, TRACEPOINT, "sched_switch", "tp_sched_switch"),

	AT_EDGE(exec_enter, FENTRY, "execve", "fentry_execve", "fentry_execveat"),
	AT_EDGE(exec_enter, KPROBE, "execve", "kprobe_execve", "kprobe_execveat"),
	AT_EDGE_RAW(exec_enter, "sys_enter", "tp_sys_enter"),
	AT_EDGE_DEAR(exec_enter, TRACEPOINT, "sys_enter_execve", "enter_execve", "enter_execveat"),
	AT_EDGE(exec_enter, DRIVER, "before exec", NULL),

	AT_EDGE(exec_flush, FENTRY, "begin_new_exec", "fentry_begin_new_exec"),
	AT_EDGE(exec_flush, KPROBE, "begin_new_exec", "kprobe_begin_new_exec"),
	AT_EDGE(exec_flush, TRACEPOINT, "sched_prepare_exec", "tp_sched_prepare_exec"),

	AT_EDGE(exec_load, TRACEPOINT, "task_rename", "tp_task_rename"),

	AT_EDGE(exec_done, FENTRY, "execve", "fexit_execve", "fexit_execveat"),
	AT_EDGE_RAW(exec_done, "sys_exit", "tp_sys_exit"),
	AT_EDGE_DEAR(exec_done, TRACEPOINT, "sys_exit_execve", "exit_execve", "exit_execveat"),
	AT_EDGE(exec_done, TRACEPOINT, "sched_process_exec", "tp_sched_process_exec"),

	AT_EDGE(exit_start, FENTRY, "exit_mmap", "fentry_exit_mmap"),
	AT_EDGE(exit_start, KPROBE, "exit_mmap", "kprobe_exit_mmap"),
	AT_EDGE_PROFILE(exit_start, "sched_process_exit", "profile_exit"),
	AT_EDGE(exit_start, TRACEPOINT, "sched_process_exit", "tp_sched_process_exit"),

	AT_EDGE(exit_mm_end, FENTRY, "exit_mmap", "fexit_exit_mmap"),
	AT_EDGE(exit_mm_end, KPROBE, "exit_mmap", "kretprobe_exit_mmap"),
	AT_EDGE(exit_mm_end, TRACEPOINT, "exit_mmap", "tp_exit_mmap"),

	AT_EDGE_PROFILE(exit, "sched_process_exit", "profile_exit"),
	AT_EDGE(exit, TRACEPOINT, "sched_process_exit", "tp_sched_process_exit"),

	AT_EDGE(reaped, FENTRY, "release_task", "fentry_release_task"),
	AT_EDGE(reaped, KPROBE, "release_task", "kprobe_release_task"),
	AT_EDGE(reaped, DRIVER, "wait", NULL),

	COW_ROWS(cow_parent),
	COW_ROWS(cow_child),
};

const size_t source_count = sizeof(sources) / sizeof(sources[0]);
_Static_assert(sizeof(sources) / sizeof(sources[0]) <= SOURCES_MAX, "user/probe/sources.h");

const char *source_kind_name(enum source_kind kind)
{
	static const char *const names[SOURCE_KIND_COUNT] = {
		[SOURCE_FENTRY] = "fentry",
		[SOURCE_KPROBE] = "kprobe",
		[SOURCE_TRACEPOINT] = "tracepoint",
		[SOURCE_DRIVER] = "driver",
	};

	return names[kind];
}
