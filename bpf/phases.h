/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The phase model, declared once for the kernel side and for the tool.
 *
 * An EDGE is a moment in the life of a process (CLOCK_MONOTONIC, ns). A SUM is
 * time added up over many short spans. A PHASE is a span between two edges, or
 * a sum. Kernels differ in the probe points that mark an edge:
 * user/probe/sources.c lists them in order of preference.
 *
 * bpf/README.md says how to add a phase. Tables, bars and the page's colours follow from its row.
 */
#pragma once

/* X(name, which record carries it, what happens at that moment); in a record, in order of time */
#define EDGES(X)                                                                                   \
	X(clone_enter, BIRTH, "the clone call enters the kernel")                                  \
	X(mm_start, BIRTH, "the copy of the address space begins")                                 \
	X(mm_end, BIRTH, "the copy of the address space is complete")                              \
	X(newtask, BIRTH, "the child is visible")                                                  \
	X(woken, BIRTH, "the child is put on a run queue")                                         \
	X(clone_return, BIRTH, "the clone call returns in the parent")                             \
	X(first_run, EXEC, "the child first gets a CPU")                                           \
	X(exec_enter, EXEC, "execve enters the kernel")                                            \
	X(exec_flush, EXEC, "the point of no return: the old image is given up")                   \
	X(exec_load, EXEC, "the old image is gone, the new one is being mapped")                   \
	X(exec_done, EXEC, "execve returns to the new program")                                    \
	X(exit_start, DEATH, "exit begins to tear the address space down")                         \
	X(exit_mm_end, DEATH, "the address space is gone")                                         \
	X(exit, DEATH, "the process gives up its last parts and turns zombie")                     \
	X(reaped, DEATH, "the parent's wait collects it")

enum edge {
#define X(name, record, brief) EDGE_##name,
	EDGES(X)
#undef X
		EDGE_COUNT
};

/* In place of a time off the CPU until an edge: not known. */
#define OFF_UNKNOWN (~0ULL)

/* X(name, what is added up) */
#define SUMS(X)                                                                                    \
	X(copy_files, "dup_fd, inside a clone")                                                    \
	X(copy_pages, "copy_page_range, over all VMAs of a clone")                                 \
	X(cow_parent, "COW faults of the parent while the child shares its pages")                 \
	X(cow_child, "COW faults of the child until it execs or ends")

enum sum {
#define X(name, brief) SUM_##name,
	SUMS(X)
#undef X
		SUM_COUNT
};

/*
 * Clone flags that decide whether a phase exists: values of include/uapi/linux/sched.h,
 * repeated because BPF programs do not include it.
 */
#define PHASE_VM    0x00000100ULL /* CLONE_VM: no address-space copy */
#define PHASE_VFORK 0x00004000ULL /* CLONE_VFORK: the parent is held */
#define PHASE_FILES 0x00000400ULL /* CLONE_FILES: no descriptor-table copy */

/*
 * SPAN(name, from, to, only_if, never_if, other_if, other_to, part_of, group, kind, letter,
 *      light, dark, brief)
 *   only_if   the phase exists only where this clone flag is set (0: any)
 *   never_if  the phase does not exist where this flag is set (0: none)
 *   other_if  where this flag is set, the span ends at other_to instead of to
 *   part_of   the phase that contains it, or `none`; contained time is shown
 *             but not added up a second time. The container stands above, in the same group,
 *             and is part of no phase itself
 *   group     the interval it is part of: CALL (clone entry to return), CHILD
 *             (the child's own life) or AFTER (paid later)
 *   kind      WORK: the kernel works for this birth. WAIT: a process waits for a CPU or
 *             for another process, or runs its own code. The work of a birth adds up the
 *             WORK phases that are part of no other
 *   letter    stands for it in a bar of text; each phase has its own, and none has '.'
 *   light     its colour in the report's page on a light background, and
 *   dark      on a dark one: with a contrast of 4.5:1 at least, since text has it too
 * SUM(name, only_if, never_if, part_of, group, kind, letter, light, dark, brief)
 *   the sum of the same name
 *
 * With CLONE_VM nothing separates set-up from finish: clone_setup then reaches
 * to the moment the child is visible, on every kernel and with every source.
 * With CLONE_VFORK, wake ends where the parent starts to wait.
 */
#define PHASES(SPAN, SUM)                                                                          \
	SPAN(clone_setup, clone_enter, mm_start, 0, 0, PHASE_VM, newtask, none, CALL, WORK, 's',   \
	     "#4a7fb5", "#a5c9f0", "clone entry to the start of the address-space copy")           \
	SUM(copy_files, 0, PHASE_FILES, clone_setup, CALL, WORK, 'd', "#4a7fb5", "#a5c9f0",        \
	    "the descriptor-table copy inside it")                                                 \
	SPAN(copy_mm, mm_start, mm_end, 0, PHASE_VM, 0, mm_end, none, CALL, WORK, 'M', "#0b4f8a",  \
	     "#5a9be0", "the address-space copy, whole")                                           \
	SUM(copy_pages, 0, PHASE_VM, copy_mm, CALL, WORK, 't', "#0b4f8a", "#5a9be0",               \
	    "the page-table part of it")                                                           \
	SPAN(clone_finish, mm_end, newtask, 0, PHASE_VM, 0, newtask, none, CALL, WORK, 'f',        \
	     "#2b7f8c", "#6fc6d2", "end of the copy to the child being visible")                   \
	SPAN(wake, newtask, clone_return, 0, 0, PHASE_VFORK, woken, none, CALL, WORK, 'w',         \
	     "#3f7a3a", "#8fd088",                                                                 \
	     "visible to clone's return, or to the wait that CLONE_VFORK asks for")                \
	SPAN(vfork_wait, woken, clone_return, PHASE_VFORK, 0, 0, clone_return, none, CALL, WAIT,   \
	     'V', "#9a5b00", "#f0b860", "how long CLONE_VFORK held the parent")                    \
	SPAN(first_run, woken, first_run, 0, 0, 0, first_run, none, CHILD, WAIT, 'r', "#3f7a3a",   \
	     "#8fd088", "woken to the child's first moment on a CPU")                              \
	SPAN(pre_exec, first_run, exec_enter, 0, 0, 0, exec_enter, none, CHILD, WAIT, 'u',         \
	     "#7d6608", "#e8d36a", "first moment on a CPU to execve entry")                        \
	SPAN(exec_open, exec_enter, exec_flush, 0, 0, 0, exec_flush, none, CHILD, WORK, 'o',       \
	     "#b4530a", "#f5a468", "execve entry to the point of no return: open, copy arguments") \
	SPAN(exec_flush, exec_flush, exec_load, 0, 0, 0, exec_load, none, CHILD, WORK, 'x',        \
	     "#8a2f2f", "#ef8f8f", "dropping the old image")                                       \
	SPAN(exec_load, exec_load, exec_done, 0, 0, 0, exec_done, none, CHILD, WORK, 'l',          \
	     "#8c3a86", "#dca0d8", "mapping the new image to the return to user space")            \
	SPAN(exit_mm, exit_start, exit_mm_end, 0, 0, 0, exit_mm_end, none, CHILD, WORK, 'e',       \
	     "#55479c", "#b5abf0", "tearing the address space down at exit")                       \
	SPAN(reap, exit, reaped, 0, 0, 0, reaped, none, CHILD, WAIT, 'z', "#4a5568", "#b8c0cc",    \
	     "exit, the address space already gone, to the parent's wait")                         \
	SUM(cow_parent, 0, PHASE_VM, none, AFTER, WORK, 'P', "#5f6f00", "#c6d64a",                 \
	    "COW faults of the parent while the child shares its pages")                           \
	SUM(cow_child, 0, PHASE_VM, none, AFTER, WORK, 'C', "#c2185b", "#ff8fb5",                  \
	    "COW faults of the child until it execs or ends")

enum phase {
#define SPAN(name, ...) PHASE_##name,
#define SUM(name, ...)	PHASE_##name,
	PHASES(SPAN, SUM)
#undef SPAN
#undef SUM
		PHASE_COUNT,
	PHASE_none = -1
};

/*
 * X(name, unit, role, phase, brief): what is counted beside the times, one value per birth.
 *   role   COST    less is better
 *          LAYOUT  a COST that ASLR moves by a few pages from process to process
 *          REUSE   pages that needed no copy: neither more nor less is better
 *          PARENT  the parent's shape at the birth
 *   phase  a birth that has this phase has the count; `none`: every birth. Those of copy_mm are
 *          read from the child's mm just after the copy: they are what this birth copied, exactly
 */
#define COUNTS(X)                                                                                  \
	X(ptes_copied, "pages", LAYOUT, copy_mm,                                                   \
	  "present PTEs copied (4 KiB units; 512 for a 2 MiB page)")                               \
	X(page_table_bytes, "bytes", LAYOUT, copy_mm,                                              \
	  "page tables of the child's mm after the copy")                                          \
	X(vmas, "VMAs", COST, copy_mm, "VMAs of the child's mm after the copy")                    \
	X(cow_faults_child, "faults", LAYOUT, cow_child,                                           \
	  "COW faults of the child until it execs or ends")                                        \
	X(cow_copied_child, "pages", LAYOUT, cow_child, "of these, 4 KiB pages copied")            \
	X(cow_reused_child, "pages", REUSE, cow_child,                                             \
	  "of these, 4 KiB pages made writable in place")                                          \
	X(cow_huge_child, "faults", COST, cow_child, "of these, faults on 2 MiB mappings")         \
	X(cow_faults_parent, "faults", LAYOUT, cow_parent,                                         \
	  "COW faults of the parent while the child shares its pages")                             \
	X(cow_copied_parent, "pages", LAYOUT, cow_parent, "of these, 4 KiB pages copied")          \
	X(cow_reused_parent, "pages", REUSE, cow_parent,                                           \
	  "of these, 4 KiB pages made writable in place")                                          \
	X(cow_huge_parent, "faults", COST, cow_parent, "of these, faults on 2 MiB mappings")       \
	X(parent_rss_anon, "bytes", PARENT, none, "the parent's anonymous RSS at the birth")       \
	X(parent_rss_file, "bytes", PARENT, none, "the parent's file RSS at the birth")            \
	X(parent_rss_shmem, "bytes", PARENT, none, "the parent's shared-memory RSS at the birth")  \
	X(parent_page_table_bytes, "bytes", PARENT, none, "the parent's page tables at the birth") \
	X(parent_vmas, "VMAs", PARENT, none, "the parent's VMAs at the birth")                     \
	X(parent_threads, "threads", PARENT, none, "the parent's threads at the birth")            \
	X(parent_fds, "descriptors", PARENT, none, "the parent's open descriptors at the birth")   \
	X(child_syscalls, "syscalls", COST, none,                                                  \
	  "system calls of the child until its exec, which is not one of them")

enum count {
#define X(name, ...) COUNT_##name,
	COUNTS(X)
#undef X
		COUNT_COUNT
};
