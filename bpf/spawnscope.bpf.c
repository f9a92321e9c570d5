// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The probes. Every program is optional ("?"): user/probe/sources.c lists the programs that can
 * mark each edge, and user/probe/probe.c loads the first that this kernel accepts. A program only
 * names its probe point; what happens there is in the headers, once for all kinds of probe.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/kernel_types.h"
#include "bpf/record.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/*
 * Set before loading: the verifier removes the branches that they exclude. The programs ask the
 * first of them most, so a program loads it once; three more are not volatile, which would load
 * them each time, and not const, by which the compiler would take their initial values for their
 * last. Such have a section of their own: clang 19 gives what can be written and what cannot two
 * sections of one name, which libbpf cannot link.
 */
bool profiling
	SEC(".rodata.flags"); /* other programs, not a bench: separate records: who and what */
bool preempts SEC(".rodata.flags");  /* the kernel may skip programs */
const volatile bool trace_all;	     /* every task, not only those in `followed` */
const volatile bool follow_children; /* add their children to `followed` */
const volatile struct birth_filter filter;
bool filtering SEC(".rodata.flags"); /* it excludes any */
const volatile enum group_by group_by;
const volatile __u32 command_args_max;	 /* bytes of a command's arguments; 0: no RECORD_COMMAND */
const volatile bool exit_starts_at_exit; /* sched_process_exit marks exit_start */
const volatile bool reaping_unseen;	 /* nothing marks the parent's wait */
const volatile bool mm_end_seen;	 /* something marks the end of exit_mmap() */
bool cow_counted SEC(".rodata.flags");	 /* something marks copy-on-write faults */

/* Depend on what is attached, which changes while loaded. */
bool count_all;		  /* with the expensive probes: count, and read shapes */
bool clone_entry_unseen;  /* a clone begins with its mmap_lock or task_newtask */
bool clone_return_unseen; /* and ends with sched_wakeup_new */
bool clone_at_syscall;	  /* and ends where its system call does */
bool exec_return_unseen;  /* an execve ends with sched_process_exec */
bool paused;		  /* a profile has not begun or is over: record and count nothing */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24); /* user/probe/probe.c sets the size */
} records SEC(".maps");

#include "bpf/birth.bpf.h"
#include "bpf/cow.bpf.h"
#include "bpf/life.bpf.h"

#include "bpf/clone_programs.bpf.h"
#include "bpf/cow_programs.bpf.h"
#include "bpf/life_programs.bpf.h"
#include "bpf/profile_programs.bpf.h"
#include "bpf/stall_programs.bpf.h"
#include "bpf/syscalls_programs.bpf.h"
