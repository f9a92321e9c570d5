/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What others wait for the mmap_lock of a process while it forks: dup_mmap() holds it for writing
 * from start to end, and a thread that faults, maps or unmaps waits. Since 6.4 a fault takes the
 * lock of its VMA instead, and this one where a fork has that VMA already.
 *
 * The tracepoints come wherever any task takes an mmap_lock. So that this costs little, they look
 * no further than one lookup by the mm, unless it is that of a fork.
 */
#pragma once

#include "bpf/clone.bpf.h"

/* By mm: its last fork. An entry goes where it is found to be over, or where room is needed. */
struct stall_fork {
	__u32 tid; /* who forks */
	__u64 clone_enter;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct stall_fork);
} stall_forks SEC(".maps");

/* By tid: who waits now. */
struct stall_wait {
	struct stall_fork fork;
	__u64 begin;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct stall_wait);
} stall_waits SEC(".maps");

__u64 stall_waiting; /* how many are in stall_waits */

/* Whether the fork still has to copy. */
static __always_inline bool stall_goes_on(const struct stall_fork *f)
{
	struct slot *s = slot_find(f->tid);

	return s && (s->state & TASK_IN_CLONE) &&
	       *birth_edge(s, EDGE_clone_enter) == f->clone_enter &&
	       *birth_edge(s, EDGE_mm_end) < f->clone_enter;
}

/* The current task asks for the lock. */
static __always_inline void stall_begin(struct mm_struct *mm, bool write)
{
	struct task_struct *current = current_task();
	__u32 tid = current_tid(current);
	__u64 key = (__u64)mm;
	struct stall_wait wait = {};
	struct stall_fork *fork;
	struct slot *s = write ? cloning(&current) : NULL;

	if (s && !(s->clone_flags & CLONE_VM)) {
		if (BPF_CORE_READ(current, mm) != mm)
			return; /* the child's */
		wait.fork.tid = tid;
		wait.fork.clone_enter = *birth_edge(s, EDGE_clone_enter);
		bpf_map_update_elem(&stall_forks, &key, &wait.fork, BPF_ANY);
		return;
	}
	fork = bpf_map_lookup_elem(&stall_forks, &key);
	if (!fork || fork->tid == tid)
		return;
	wait.fork = *fork;
	if (!stall_goes_on(&wait.fork)) {
		bpf_map_delete_elem(&stall_forks, &key);
		return;
	}
	wait.begin = bpf_ktime_get_ns();
	if (!bpf_map_update_elem(&stall_waits, &tid, &wait, BPF_NOEXIST))
		__sync_fetch_and_add(&stall_waiting, 1);
	else if (bpf_map_update_elem(&stall_waits, &tid, &wait, BPF_EXIST))
		COUNT(lost); /* no room */
}

static __always_inline void stall_emit(const struct stall_wait *wait)
{
	struct record_stall *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		COUNT(lost);
		return;
	}
	r->head.kind = RECORD_STALL;
	r->head.tid = 0;
	r->parent_tid = wait->fork.tid;
	r->zero = 0;
	r->clone_enter = wait->fork.clone_enter;
	r->wait_ns = bpf_ktime_get_ns() - wait->begin;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

/* It has the lock; or not: it only tried, or is being killed. */
static __always_inline void stall_end(bool success)
{
	struct stall_wait *wait;
	__u32 tid;

	if (!stall_waiting)
		return;
	tid = current_tid(current_task());
	wait = bpf_map_lookup_elem(&stall_waits, &tid);
	if (!wait)
		return;
	if (success)
		stall_emit(wait);
	if (!bpf_map_delete_elem(&stall_waits, &tid))
		__sync_fetch_and_add(&stall_waiting, -1);
}
