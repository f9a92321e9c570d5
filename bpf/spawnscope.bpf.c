// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The probes. Every program is optional ("?"): user/probe/sources.c names, edge by
 * edge, which programs can mark it, and user/probe/probe.c loads the first of them
 * that this kernel accepts. A program only says where it stands; what it does
 * is in the headers, once for all kinds of probe.
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

/* Set before loading: the verifier drops what they exclude. */
const volatile bool profiling;	     /* of other programs: who and what, in separate records */
const volatile bool trace_all;	     /* of every task, not only of those followed */
const volatile bool follow_children; /* and of the children of those */
const volatile struct birth_filter filter;
const volatile enum group_by group_by;
const volatile __u32 command_args_max;	 /* bytes of a command's arguments; 0: no command */
const volatile bool exit_starts_at_exit; /* sched_process_exit marks exit_start */
const volatile bool reaping_unseen;	 /* nothing marks the wait that collects a child */
const volatile bool mm_end_seen;	 /* something marks the end of exit_mmap */

/* What is attached: changes while loaded. */
bool count_all;		  /* the dear probes too: count, and read shapes */
bool clone_entry_unseen;  /* the first that is seen of a clone is its mmap_lock, or task_newtask */
bool clone_return_unseen; /* and the last, sched_wakeup_new */
bool exec_return_unseen;  /* the last that is seen of an execve is sched_process_exec */
bool paused;		  /* a profile has not begun, or is over: nothing is told or counted */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24); /* user/probe/probe.c sizes it */
} records SEC(".maps");

#include "bpf/clone.bpf.h"
#include "bpf/cow.bpf.h"
#include "bpf/life.bpf.h"

#include "bpf/clone_programs.bpf.h"
#include "bpf/cow_programs.bpf.h"
#include "bpf/life_programs.bpf.h"
#include "bpf/profile_programs.bpf.h"
