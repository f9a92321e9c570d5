// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/sources.h"

#include "bpf/arch.h"
#include "user/model/probe_set.h"

/* Every row is one of these; the programs follow. */
#define ROW(e, s, k, costs, n, ...)                                                                \
	{                                                                                          \
		.edge = e, .sum = s, .kind = SOURCE_##k, .expensive = costs, .name = n,            \
		.programs = {__VA_ARGS__},                                                         \
	}
#define TRAMPOLINE(e, s, costs, n, p, ...)                                                         \
	{                                                                                          \
		.edge = e, .sum = s, .kind = SOURCE_FENTRY, .expensive = costs, .name = n,         \
		.parameter = p, .programs = {__VA_ARGS__},                                         \
	}
#define EDGE_FENTRY(e, n, parameter, ...) TRAMPOLINE(EDGE_##e, -1, false, n, parameter, __VA_ARGS__)
#define EDGE_AT(e, k, n, ...)		  ROW(EDGE_##e, -1, k, false, n, __VA_ARGS__)
#define SUM_FENTRY(s, n, parameter, ...)  TRAMPOLINE(-1, SUM_##s, true, n, parameter, __VA_ARGS__)
#define SUM_AT(s, k, n, ...)		  ROW(-1, SUM_##s, k, true, n, __VA_ARGS__)

/* Tasks that spawn nothing run into these, too: a profile says where. */
#define EDGE_TOLL(e, costs, where, n, ...)                                                         \
	{                                                                                          \
		.edge = EDGE_##e, .sum = -1, .kind = SOURCE_TRACEPOINT, .expensive = costs,        \
		.toll = TOLL_##where, .name = n, .programs = {__VA_ARGS__},                        \
	}

/* They detach at once: good for a profile, which attaches one set and keeps it. */
#define EDGE_RAW_SYSCALL(e, n, program)                                                            \
	{                                                                                          \
		.edge = EDGE_##e, .sum = -1, .kind = SOURCE_TRACEPOINT, .expensive = true,         \
		.toll = TOLL_syscall, .of_profile = true, .name = n, .programs = {program},        \
	}

/* By a perf event. */
#define EDGE_EVENT(e, costs, n, program)                                                           \
	{                                                                                          \
		.edge = EDGE_##e, .sum = -1, .kind = SOURCE_TRACEPOINT, .expensive = costs,        \
		.toll = (costs) ? TOLL_syscall : TOLL_none, .of_profile = true,                    \
		.never_skipped = true, .name = n, .programs = {program},                           \
	}

/*
 * A birth whose return is missed makes no record, so a kprobe on kernel_clone()'s last call if it
 * succeeds ends it; the trampoline sees the calls that fail.
 */
#define CLONE_RETURN_NEVER_SKIPPED                                                                 \
	{                                                                                          \
		.edge = EDGE_clone_return, .sum = -1, .kind = SOURCE_FENTRY, .of_profile = true,   \
		.never_skipped = true, .name = "kernel_clone+put_pid",                             \
		.parameter = "kernel_clone_args",                                                  \
		.programs = {"fexit_kernel_clone", "kprobe_put_pid"},                              \
	}

#define COW_FUNCTIONS(entry, exit)                                                                 \
	entry "_do_wp_page", exit "_do_wp_page", entry "_do_huge_pmd_wp_page",                     \
		exit "_do_huge_pmd_wp_page"
/* A kernel without transparent huge pages, as every real-time one, has one of the two functions. */
#define COW_WITHOUT_HUGE(s, k, p, ...)                                                             \
	{                                                                                          \
		.edge = -1, .sum = SUM_##s, .kind = SOURCE_##k, .expensive = true,                 \
		.toll = TOLL_cow, .name = "do_wp_page", .parameter = p,                            \
		.without = "do_huge_pmd_wp_page", .programs = {__VA_ARGS__},                       \
	}
#define COW_AT(s, k, costs, n, p, ...)                                                             \
	{                                                                                          \
		.edge = -1, .sum = SUM_##s, .kind = SOURCE_##k, .expensive = true,                 \
		.toll = TOLL_##costs, .name = n, .parameter = p, .programs = {__VA_ARGS__},        \
	}
#define COW_ROWS(s)                                                                                \
	COW_AT(s, FENTRY, cow, "do_wp_page", "vm_fault", COW_FUNCTIONS("fentry", "fexit")),        \
		COW_WITHOUT_HUGE(s, FENTRY, "vm_fault", "fentry_do_wp_page", "fexit_do_wp_page"),  \
		COW_AT(s, KPROBE, cow, "do_wp_page", NULL, COW_FUNCTIONS("kprobe", "kretprobe")),  \
		COW_WITHOUT_HUGE(s, KPROBE, NULL, "kprobe_do_wp_page", "kretprobe_do_wp_page"),    \
		COW_AT(s, TRACEPOINT, fault, "page_fault_user", NULL, "tp_page_fault_user",        \
		       "tp_page_fault_kernel", "tp_mm_page_alloc", "perf_page_fault")

/* A life whose end is missed has no record of its exec, if that was missed, too. */
#define REAPED_NEVER_SKIPPED                                                                       \
	{                                                                                          \
		.edge = EDGE_reaped, .sum = -1, .kind = SOURCE_KPROBE, .of_profile = true,         \
		.never_skipped = true, .name = "release_task",                                     \
		.programs = {"kprobe_release_task"},                                               \
	}

/*
 * In order of preference. Some edges have a tracepoint at exactly that place on every kernel since
 * 5.10; a probe on a function would be no better, so they have no other row. A kretprobe is avoided
 * where a task may sleep in the function (kernel_clone with CLONE_VFORK): the number of its
 * instances is limited, and calls beyond it are dropped and not counted. The first row is nearest
 * to the edge: mm_init comes some 1,300 instructions into the copy.
 *
 * The mmap_lock tracepoints are where a lock of each mmap and munmap of the machine is taken and
 * released. A bench has them while it takes times, a profile not at its lightest.
 *
 * Expensive are: sums, whose probes run once per VMA or fault inside phases that others time; a
 * probe that runs at every context switch; and syscall tracepoints, since one of them puts every
 * system call of every task on the slow path: some 300 instructions each, 7 % of a posix_spawn.
 */
const struct source sources[] = {
	EDGE_FENTRY(clone_enter, "kernel_clone", "kernel_clone_args", "fentry_kernel_clone"),
	EDGE_AT(clone_enter, KPROBE, "kernel_clone", "kprobe_kernel_clone"),
	EDGE_EVENT(clone_enter, true, "sys_enter", "event_sys_enter"),
	EDGE_RAW_SYSCALL(clone_enter, "sys_enter", "tp_sys_enter"),
	EDGE_TOLL(clone_enter, true, syscall, "sys_enter_clone", "enter_clone",
		  "enter_clone3" FORK_CALLS(, "enter_fork", "enter_vfork")),
	EDGE_AT(clone_enter, DRIVER, "call", NULL),

	SUM_FENTRY(copy_files, "dup_fd", "files_struct", "fentry_dup_fd", "fexit_dup_fd"),
	SUM_AT(copy_files, KPROBE, "dup_fd", "kprobe_dup_fd", "kretprobe_dup_fd"),

	EDGE_FENTRY(mm_start, "sched_autogroup_fork", "signal_struct",
		    "fentry_sched_autogroup_fork"),
	EDGE_FENTRY(mm_start, "mm_init", "mm_struct", "fentry_mm_init"),
	EDGE_AT(mm_start, KPROBE, "sched_autogroup_fork", "kprobe_sched_autogroup_fork"),
	EDGE_AT(mm_start, KPROBE, "mm_init", "kprobe_mm_init"),
	EDGE_TOLL(mm_start, false, map, "mmap_lock", "tp_mmap_lock_acquire_returned"),

	EDGE_FENTRY(mm_end, "copy_namespaces", "", "fentry_copy_namespaces"),
	EDGE_AT(mm_end, KPROBE, "copy_namespaces", "kprobe_copy_namespaces"),
	EDGE_TOLL(mm_end, false, map, "mmap_lock", "tp_mmap_lock_released"),

	SUM_FENTRY(copy_pages, "copy_page_range", "vm_area_struct", "fentry_copy_page_range",
		   "fexit_copy_page_range"),
	SUM_AT(copy_pages, KPROBE, "copy_page_range", "kprobe_copy_page_range",
	       "kretprobe_copy_page_range"),

	EDGE_AT(newtask, TRACEPOINT, "task_newtask", "tp_task_newtask"),
	EDGE_AT(woken, TRACEPOINT, "sched_wakeup_new", "tp_sched_wakeup_new"),

	CLONE_RETURN_NEVER_SKIPPED,
	EDGE_FENTRY(clone_return, "kernel_clone", "kernel_clone_args", "fexit_kernel_clone"),
	EDGE_EVENT(clone_return, true, "sys_exit", "event_sys_exit"),
	EDGE_RAW_SYSCALL(clone_return, "sys_exit", "tp_sys_exit"),
	EDGE_TOLL(clone_return, true, syscall, "sys_exit_clone", "exit_clone",
		  "exit_clone3" FORK_CALLS(, "exit_fork", "exit_vfork")),
	/* Does not see calls that fail, so only where the row before is too expensive. */
	EDGE_AT(clone_return, KPROBE, "put_pid", "kprobe_put_pid"),
	EDGE_AT(clone_return, DRIVER, "return", NULL),

	EDGE_FENTRY(first_run, "schedule_tail", "task_struct", "fentry_schedule_tail"),
	EDGE_AT(first_run, KPROBE, "schedule_tail", "kprobe_schedule_tail"),
	EDGE_TOLL(first_run, true, context_switch, "sched_switch", "tp_sched_switch"),

	EDGE_FENTRY(exec_enter, "execve", "pt_regs", "fentry_execve", "fentry_execveat"),
	EDGE_AT(exec_enter, KPROBE, "execve", "kprobe_execve", "kprobe_execveat"),
	EDGE_EVENT(exec_enter, true, "sys_enter", "event_sys_enter"),
	EDGE_RAW_SYSCALL(exec_enter, "sys_enter", "tp_sys_enter"),
	EDGE_TOLL(exec_enter, true, syscall, "sys_enter_execve", "enter_execve", "enter_execveat"),
	EDGE_AT(exec_enter, DRIVER, "before exec", NULL),

	EDGE_FENTRY(exec_flush, "begin_new_exec", "linux_binprm", "fentry_begin_new_exec"),
	EDGE_AT(exec_flush, KPROBE, "begin_new_exec", "kprobe_begin_new_exec"),
	EDGE_AT(exec_flush, TRACEPOINT, "sched_prepare_exec", "tp_sched_prepare_exec"),

	EDGE_AT(exec_load, TRACEPOINT, "task_rename", "tp_task_rename"),

	EDGE_FENTRY(exec_done, "execve", "pt_regs", "fexit_execve", "fexit_execveat"),
	EDGE_EVENT(exec_done, true, "sys_exit", "event_sys_exit"),
	EDGE_RAW_SYSCALL(exec_done, "sys_exit", "tp_sys_exit"),
	EDGE_TOLL(exec_done, true, syscall, "sys_exit_execve", "exit_execve", "exit_execveat"),
	EDGE_AT(exec_done, TRACEPOINT, "sched_process_exec", "tp_sched_process_exec"),

	EDGE_FENTRY(exit_start, "exit_mmap", "mm_struct", "fentry_exit_mmap"),
	EDGE_AT(exit_start, KPROBE, "exit_mmap", "kprobe_exit_mmap"),
	EDGE_EVENT(exit_start, false, "sched_process_exit", "event_sched_process_exit"),
	EDGE_AT(exit_start, TRACEPOINT, "sched_process_exit", "tp_sched_process_exit"),

	EDGE_FENTRY(exit_mm_end, "exit_mmap", "mm_struct", "fexit_exit_mmap"),
	EDGE_AT(exit_mm_end, KPROBE, "exit_mmap", "kretprobe_exit_mmap"),
	EDGE_EVENT(exit_mm_end, false, "exit_mmap", "event_exit_mmap"),
	EDGE_AT(exit_mm_end, TRACEPOINT, "exit_mmap", "tp_exit_mmap"),

	EDGE_AT(exit, TRACEPOINT, "sched_process_exit", "tp_sched_process_exit"),
	/* Only where exit_start has it. */
	EDGE_EVENT(exit, false, "sched_process_exit", "event_sched_process_exit"),

	REAPED_NEVER_SKIPPED,
	EDGE_FENTRY(reaped, "release_task", "task_struct", "fentry_release_task"),
	EDGE_AT(reaped, KPROBE, "release_task", "kprobe_release_task"),
	EDGE_AT(reaped, DRIVER, "wait", NULL),

	COW_ROWS(cow_parent),
	COW_ROWS(cow_child),
};

const size_t source_count = sizeof(sources) / sizeof(sources[0]);
_Static_assert(sizeof(sources) / sizeof(sources[0]) <= SOURCES_MAX, "raise SOURCES_MAX");

const struct option_choice probe_details[PROBE_DETAILS] = {
	{"light", PROBE_SET_PHASES},
	{"calls", PROBE_SET_CALLS},
	{"stalls", PROBE_DETAIL_STALLS},
	{"full", PROBE_SET_ALL},
};

unsigned int source_tolls(const struct source_choice *choice)
{
	unsigned int tolls = 0;

	for (int e = 0; e < EDGE_COUNT; e++)
		tolls |= choice->edges[e] ? 1U << choice->edges[e]->toll : 0;
	for (int s = 0; s < SUM_COUNT; s++)
		tolls |= choice->sums[s] ? 1U << choice->sums[s]->toll : 0;
	return tolls & ~(1U << TOLL_none);
}

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

int source_kind_option(const char *value, enum source_kind *best)
{
	const struct option_choice kinds[] = {
		{source_kind_name(SOURCE_FENTRY), SOURCE_FENTRY},
		{source_kind_name(SOURCE_KPROBE), SOURCE_KPROBE},
		{source_kind_name(SOURCE_TRACEPOINT), SOURCE_TRACEPOINT},
	};
	int kind, err;

	err = option_choice("trace", value, kinds, sizeof(kinds) / sizeof(kinds[0]), &kind);
	if (!err)
		*best = (enum source_kind)kind;
	return err;
}
