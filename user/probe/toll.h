/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What tasks that start no process pay while a profile is attached: where they run into its probes,
 * and how many instructions more that takes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The instructions, rounded: the most of the lab's kernels. bench/peers/price measures them, and
 * user/probe/tests/test_toll.c holds these to its numbers, results/peers/price.tsv.
 */
#define TOLL_SYSCALL	260  /* entry and exit of a system call: --detail calls, by tracepoints */
#define TOLL_COUNTED	730  /* its entry, where calls are counted: --syscalls */
#define TOLL_SWITCH	100  /* --detail calls, by tracepoints */
#define TOLL_MAP	2900 /* mmap with munmap: --detail calls, by tracepoints */
#define TOLL_LOCK	2300 /* the same: --detail stalls */
#define TOLL_FAULT_MAP	730  /* a page fault that takes the lock: --detail calls, by tracepoints */
#define TOLL_FAULT_LOCK 870  /* the same: --detail stalls */
#define TOLL_FAULT	700  /* any page fault: --detail full, by tracepoints */
#define TOLL_COW	1600 /* --detail full, by trampolines or kprobes */
#define TOLL_THREAD	4600 /* pthread_create with pthread_join, which is a birth: any level */

/* Name, where tasks pay it, what they pay it for, how much. Those for one thing stand together. */
#define TOLLS(X)                                                                                   \
	X(none, "", "", 0)                                                                         \
	X(syscall, "every system call", "a system call", TOLL_SYSCALL)                             \
	X(counted, "every system call", "a system call", TOLL_COUNTED)                             \
	X(context_switch, "every context switch", "a context switch", TOLL_SWITCH)                 \
	X(map, "every change of a memory map", "an mmap with its munmap", TOLL_MAP)                \
	X(lock, "every change of a memory map", "an mmap with its munmap", TOLL_LOCK)              \
	X(fault_map, "every page fault", "a page fault", TOLL_FAULT_MAP)                           \
	X(fault_lock, "every page fault", "a page fault", TOLL_FAULT_LOCK)                         \
	X(fault, "every page fault", "a page fault", TOLL_FAULT)                                   \
	X(cow, "every copy-on-write fault", "a copy-on-write fault", TOLL_COW)

enum toll {
#define X(name, where, one, instructions) TOLL_##name,
	TOLLS(X)
#undef X
		TOLL_COUNT
};

/* Where the figures come from. */
#define TOLL_BASIS "the most of the lab's kernels"

/* "400", for the texts of help. */
#define TOLL_TEXT(toll)	 TOLL_TEXT_(toll)
#define TOLL_TEXT_(toll) #toll

/* "every system call" */
const char *toll_where(enum toll toll);

/* The set (a bit for each: 1 << TOLL_syscall), and what follows from it on this kernel. */
unsigned int toll_complete(unsigned int tolls);

/*
 * What all tasks pay of a set, as the end of a sentence: "a system call takes some 260 instructions
 * more, a context switch 100". Empty if nothing.
 */
void toll_text(unsigned int tolls, char *text, size_t size);
