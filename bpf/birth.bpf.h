/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The end of a clone call: the birth record, or the birth in the child's slot. */
#pragma once

#include "bpf/clone.bpf.h"

/* `counted`: with the parent's shape. False if the ring was full. */
static __always_inline bool birth_emit(struct slot *s, int result, bool counted,
				       struct task_struct *current)
{
	struct record_birth *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		COUNT(lost);
		return false;
	}
	if (counted)
		parent_shape(r, current);
	r->head.kind = RECORD_BIRTH;
	r->head.tid = result > 0 ? s->child_tid : 0;
	r->child_tgid = result > 0 ? s->child_tgid : 0;
	r->parent_tgid = s->tgid;
	r->parent_tid = s->tid;
	r->result = result > 0 ? (__s32)s->child_tid : result;
	r->method = clone_method(s->clone_flags);
	r->clone_flags = s->clone_flags & ~CLONE_OUR_FLAGS;
	__builtin_memcpy(r->edge, s->birth, sizeof(r->edge));
	__builtin_memcpy(r->off, s->birth_off, sizeof(r->off));
	r->counted = counted;
	if (counted) {
		r->copy_files_ns = s->copy_files_ns;
		r->copy_pages_ns = s->copy_pages_ns;
		r->copy = s->copy;
		r->cgroup_id = bpf_get_current_cgroup_id();
	}
	r->stack = 0;
	if (PROFILING) {
		birth_add_exe(r, exe_of(s, current));
		/* The stack comes first, so that the reader of this record finds it. */
		if (group_by == GROUP_BY_STACK)
			r->stack = s->stack ? s->stack : stack_emit();
	}
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
}

/* Copies the birth to the child's slot, for its RECORD_LIFE; false if the child is gone already. */
static __always_inline bool birth_hand_over(struct slot *s)
{
	struct slot *c = slot_find(s->child_tid);

	if (!c || !(c->state & TASK_BORN))
		return false;
	c->born_flags = s->clone_flags;
	__builtin_memcpy(c->born_edge, s->birth, sizeof(c->born_edge));
	if (s->off_cpu.ns == s->birth_off[EDGE_clone_enter - BIRTH_EDGE_FIRST]) {
		c->born_was_off = 0;
	} else {
		c->born_was_off = 1;
		__builtin_memcpy(c->born_off, s->birth_off, sizeof(c->born_off));
	}
	c->parent_tid = s->tid;
	c->state |= TASK_WHOLE;
	return true;
}

/* Stands for the child's id, which the slot has. */
#define CLONE_SUCCEEDED 1

/* The clone is over, or nothing more of it will be seen. */
static __always_inline void profiled_end(struct slot *s, long result, struct task_struct *current)
{
	__u32 method;

	s->state &= ~TASK_IN_CLONE;
	/* The profile ended during the call, or task_newtask was not seen. */
	if (paused || (result > 0 && !s->child_tid))
		return;
	if (result > 0)
		COUNT(births);
	else if (result == -ERESTARTNOINTR)
		COUNT(restarts);
	method = clone_method(s->clone_flags);
	if (filtering && (!is_wanted(method) || !is_wanted_after(s))) {
		COUNT(filtered);
	} else if (!birth_emit(s, result, true, current)) {
		COUNT(births_lost);
		group_lost(method, result);
	}
}

static __always_inline void bench_end(struct slot *s, long result, struct task_struct *current)
{
	bool all = count_all;

	s->state &= ~TASK_IN_CLONE;
	if (result <= 0 || all || !birth_hand_over(s))
		birth_emit(s, result, all, current);
}

static __always_inline bool is_parent_of(const struct slot *s, const struct task_struct *child)
{
	return s && s->child_tid == (__u32)child->pid;
}

/*
 * The kernel skips a program while a task that it has preempted is inside it (recursion guard).
 * sched_wakeup_new comes with the run queue locked, where nothing is preempted: so births are
 * counted here, and one that task_newtask's program missed is made up for.
 */
static __always_inline void profiled_woken(struct task_struct *child)
{
	struct task_struct *current = current_task();
	struct slot *s;

	if (!is_followed(current))
		return;
	if (!paused)
		COUNT(newtasks);
	s = cloning_of(current);
	if (!is_parent_of(s, child)) {
		clone_make_up(child, current);
		s = cloning_of(current);
		if (!is_parent_of(s, child)) {
			if (!paused)
				COUNT(unplaced);
			return;
		}
	}
	birth_mark(s, EDGE_woken, current);
	if (clone_return_unseen || s->state & TASK_LATE)
		profiled_end(s, CLONE_SUCCEEDED, current);
}

/* In a bench every program has run, unless the kernel preempts them. */
static __always_inline void bench_woken(struct task_struct *child)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);

	if (PREEMPTS && !is_parent_of(s, child)) {
		clone_make_up(child, current);
		s = cloning(&current);
		if (!is_parent_of(s, child))
			return;
	}
	if (!s)
		return;
	birth_mark(s, EDGE_woken, current);
	if (clone_return_unseen)
		bench_end(s, CLONE_SUCCEEDED, current);
}

static __always_inline void clone_woken(struct task_struct *child)
{
	if (PROFILING)
		profiled_woken(child);
	else
		bench_woken(child);
}

static __always_inline void clone_return(long result)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);

	if (!s)
		return;
	birth_mark(s, EDGE_clone_return, current);
	if (PROFILING)
		profiled_end(s, result, current);
	else
		bench_end(s, result, current);
}

/* A call that failed before its entry, as a seccomp filter makes it: nobody saw it begin. */
static __always_inline void clone_refused(__u64 flags, long result)
{
	struct task_struct *current;
	struct slot *s;

	clone_enter(flags);
	s = cloning(&current);
	if (!s)
		return;
	__builtin_memset(s->birth, 0, sizeof(s->birth));
	clone_return(result);
}

/*
 * A return, from put_pid() of the child's id, which only successful calls reach, after waking the
 * child. An interrupt may put any other task's.
 */
static __always_inline void clone_success(struct pid *pid)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);
	__u64 newtask, woken;

	if (!s || !s->child_tid || s->child_tid != global_number(pid))
		return;
	newtask = *birth_edge(s, EDGE_newtask);
	woken = *birth_edge(s, EDGE_woken);
	if (woken < newtask) /* of an earlier clone */
		return;
	clone_return(CLONE_SUCCEEDED);
}
