/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The system calls of a child until its exec: how many, and of which kind. */
#pragma once

#include "bpf/record.h"
#include "bpf/tasks.bpf.h"

const volatile bool syscalls_counted; /* set before loading */

struct child_syscalls {
	__u32 tid; /* 0: of nobody */
	__u32 total;
	__u32 others; /* of kinds beyond the table's */
	__u32 last;   /* place of the last call's kind; SYSCALL_KINDS: among the others */
	struct syscall_kind kind[SYSCALL_KINDS];
};

/* At the same places as in `tasks`: a task that was spilled has none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct child_syscalls);
} syscalls SEC(".maps");

static __always_inline struct child_syscalls *syscalls_at(__u32 tid)
{
	__u32 index = slot_index(tid);

	return bpf_map_lookup_elem(&syscalls, &index);
}

/* For a new child with this slot. */
static __always_inline void syscalls_begin(struct slot *s)
{
	__u32 tid = s->tid;
	struct child_syscalls *c = syscalls_at(tid);

	if (!c || s != slot_home(tid))
		return;
	__builtin_memset(c, 0, sizeof(*c));
	c->tid = tid;
}

static __always_inline void syscalls_count(struct slot *s, __u32 nr)
{
	struct child_syscalls *c = syscalls_at(s->tid);

	if (!c || c->tid != s->tid)
		return;
	c->total++;
	for (__u32 i = 0; i < SYSCALL_KINDS; i++) {
		struct syscall_kind *kind = &c->kind[i];

		if (kind->n && kind->nr != nr)
			continue;
		kind->nr = nr;
		kind->n++;
		c->last = i;
		return;
	}
	c->others++;
	c->last = SYSCALL_KINDS;
}

static __always_inline void syscalls_drop(struct slot *s)
{
	struct child_syscalls *c = syscalls_at(s->tid);

	if (c && c->tid == s->tid)
		c->tid = 0;
}

/* The exec that has just succeeded was the last call, and is not one of those before it. */
static __always_inline void syscalls_emit(struct slot *s)
{
	struct child_syscalls *c = syscalls_at(s->tid);
	struct record_syscalls *r;
	__u32 last;

	if (!c || c->tid != s->tid || !c->total)
		return;
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r) {
		COUNT(lost);
		return;
	}
	r->head.kind = RECORD_SYSCALLS;
	r->head.tid = s->tid;
	r->total = c->total - 1;
	r->others = c->others;
	__builtin_memcpy(r->kind, c->kind, sizeof(r->kind));
	last = c->last;
	if (last < SYSCALL_KINDS)
		r->kind[last].n--;
	else
		r->others--;
	c->tid = 0;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}
