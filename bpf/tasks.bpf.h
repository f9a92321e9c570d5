/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A task's state between one probe and the next.
 *
 * An array indexed by the low bits of the tid, and a hash for tasks whose place is taken. A lookup
 * is some 20 inlined instructions, in a bench's table, whose address and size the programs know,
 * half of them; task storage costs a helper call, and an allocation per new task. It works on 5.10
 * (task storage came to tracing programs in 5.11, a10787e6d58c), and its memory is bounded. It
 * needs no lock: a slot is written by its own task, or by the parent before the child runs.
 */
#pragma once

#include "bpf/off_cpu.bpf.h"

/* Of a profile: a power of two, which user/probe/probe.c also gives the map. */
const volatile __u32 task_slots = 1024;

/* slot.state, beside TASK_TARGET */
#define TASK_IN_CLONE	  0x02
#define TASK_BORN	  0x04 /* its birth was seen: its execs and its end are traced */
#define TASK_IN_EXEC	  0x08
#define TASK_COPIED	  0x10 /* has a copy of the parent's mm; until exec or exit */
#define TASK_EXECED	  0x20
#define TASK_IN_COW	  0x40
#define TASK_WHOLE	  0x100 /* born_edge is complete: its last record is a RECORD_LIFE */
#define TASK_ENDS_WITH_MM 0x80	/* exiting: the end of exit_mmap() ends its record */
#define TASK_LATE	  0x200 /* the entry of its clone was not seen, so its return will not be */
#define TASK_UNWANTED	  0x400 /* born, but excluded by the filter: makes no records */
#define TASK_SETTLED	  0x800 /* parent_cow holds the faults since the birth */

struct cow_state {
	struct cow_counts total;
	__u64 start; /* of the current fault */
	struct vm_fault *vmf;
	__u64 orig_pte; /* before the fault, or 0 */
	__u64 address;	/* written to; only by tracepoints */
	__u32 copies;	/* user pages allocated during the fault */
	__u32 huge;	/* of these, huge ones */
};

struct exe {
	__u64 inode; /* 0: of a kernel thread, which runs none */
	__u32 device;
	__u32 zero;
	char name[EXE_NAME_MAX];
};

struct slot {
	__u32 tid; /* begins like struct slot_head */
	__u32 state;
	__u32 tgid;
	__u32 parent_tgid; /* of its own life, if its birth was seen */
	struct off_cpu off_cpu;

	/* the current clone, with this task as the parent */
	__u64 clone_flags; /* with CLONE_HAS_STACK */
	__u64 birth[BIRTH_EDGE_COUNT];
	__u64 birth_off[BIRTH_EDGE_COUNT];
	__u64 copy_files_ns;
	__u64 copy_pages_ns;
	struct mm_shape copy;
	__u32 child_tid;
	__u32 child_tgid;
	__u64 stack; /* number of the caller's RECORD_STACK; 0: none yet */

	/* its own life, if its birth was seen */
	__u32 parent_tid;
	__u64 born_flags;
	__u64 born_edge[BIRTH_EDGE_COUNT];
	__u64 born_off[BIRTH_EDGE_COUNT];
	__u32 born_was_off; /* 0: born_off is undefined, and never changed */
	__u64 exec[EXEC_EDGE_COUNT];
	__u64 exec_off[EXEC_EDGE_COUNT];
	__u64 death[DEATH_EDGE_COUNT];
	__u64 death_off[DEATH_EDGE_COUNT];
	__u32 execs;
	__s32 exec_result;
	struct cow_counts
		parent_cow; /* the parent's total at the birth; once settled, its faults since */

	struct cow_state cow;

	/* In a profile: the program that it runs. */
	__u64 exe_mm; /* its address space while it does; 0: not read yet */
	struct exe exe;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct slot);
} tasks SEC(".maps");

/* In a bench. As bytes, since user/ does not know the type. */
char bench_tasks[BENCH_SLOTS][sizeof(struct slot)] __attribute__((aligned(8)));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct slot);
} tasks_spilled SEC(".maps");

/* A zero slot to insert: it is too large for the BPF stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slot);
} tasks_zero SEC(".maps");

struct kernel_totals totals;

#define COUNT(what) __sync_fetch_and_add(&totals.what, 1)

static __always_inline __u32 slot_index(__u32 tid)
{
	return tid & (PROFILING ? task_slots - 1 : BENCH_SLOTS - 1);
}

/* The task's place, which another may have. */
static __always_inline struct slot *slot_home(__u32 tid)
{
	__u32 index;

	if (!PROFILING)
		return (struct slot *)bench_tasks[tid & (BENCH_SLOTS - 1)];
	index = tid & (task_slots - 1);
	return bpf_map_lookup_elem(&tasks, &index);
}

static __always_inline struct slot *slot_spilled(__u32 tid)
{
	return bpf_map_lookup_elem(&tasks_spilled, &tid);
}

static __always_inline struct slot *slot_find(__u32 tid)
{
	struct slot *s = slot_home(tid);

	if (s && s->tid == tid)
		return s;
	if (!totals.spilled)
		return NULL;
	return slot_spilled(tid);
}

/*
 * A new slot for a task that slot_find() does not find: its home place may be free though it has a
 * slot among the spilled. NULL if there is no room.
 */
static __always_inline struct slot *slot_claim(__u32 tid, __u32 tgid)
{
	struct slot *s = slot_home(tid), *empty;
	__u32 zero = 0;

	if (!s)
		return NULL;
	if (s->tid == tid)
		return s;
	if (!s->tid) {
		/* If two tasks race for one place, the loser is not found again, and counted. */
		s->tid = tid;
		s->tgid = tgid;
		s->state = 0;
		s->off_cpu.arrivals = 0; /* of another task; so is this: */
		if (PROFILING)
			s->exe_mm = 0;
		return s;
	}
	s = slot_spilled(tid);
	if (s)
		return s;
	empty = bpf_map_lookup_elem(&tasks_zero, &zero);
	if (!empty || bpf_map_update_elem(&tasks_spilled, &tid, empty, BPF_NOEXIST))
		return NULL;
	COUNT(spilled);
	s = slot_spilled(tid);
	if (s) {
		s->tid = tid;
		s->tgid = tgid;
	}
	return s;
}

static __always_inline void slot_free(struct slot *s, __u32 tid)
{
	struct slot *home = slot_home(tid);

	s->state = 0;
	s->tid = 0;
	if (s == home)
		return;
	if (!bpf_map_delete_elem(&tasks_spilled, &tid))
		__sync_fetch_and_add(&totals.spilled, -1);
}

/* Whether faults are counted now. */
static __always_inline bool counts_cow(void)
{
	return cow_counted && count_all;
}

static __always_inline void cow_difference(struct cow_counts *to, const struct cow_counts *now,
					   const struct cow_counts *then)
{
	to->ns = now->ns - then->ns;
	to->faults = now->faults - then->faults;
	to->copied = now->copied - then->copied;
	to->reused = now->reused - then->reused;
	to->huge = now->huge - then->huge;
}

/* Stands still while the task is off the CPU; ns from any start. */
static __always_inline __u64 on_cpu_clock(struct slot *s, struct task_struct *current)
{
	__u64 off = off_cpu_now(&s->off_cpu, current);

	return bpf_ktime_get_ns() - off;
}
