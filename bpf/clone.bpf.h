/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A clone call from its entry to the child, which then has a slot. */
#pragma once

#include "bpf/arch.bpf.h"
#include "bpf/profile.bpf.h"
#include "bpf/shape.bpf.h"
#include "bpf/stack.bpf.h"
#include "bpf/syscalls.bpf.h"
#include "bpf/tasks.bpf.h"

/*
 * Not clone flags: the caller passed a stack for the child, as posix_spawn() does and vfork() does
 * not; or it is not known whether it did.
 */
#define CLONE_HAS_STACK	    (1ULL << 63)
#define CLONE_STACK_UNKNOWN (1ULL << 62)
#define CLONE_OUR_FLAGS	    (CLONE_HAS_STACK | CLONE_STACK_UNKNOWN)

/* include/uapi/linux/sched.h */
#define CLONE_VM     0x00000100ULL
#define CLONE_FS     0x00000200ULL
#define CLONE_FILES  0x00000400ULL
#define CLONE_VFORK  0x00004000ULL
#define CLONE_THREAD 0x00010000ULL

static __always_inline __u32 clone_method(__u64 flags)
{
	if (flags & CLONE_THREAD)
		return CLONE_METHOD_THREAD;
	if ((flags & CLONE_VM) && (flags & CLONE_VFORK) && !(flags & CLONE_STACK_UNKNOWN))
		return flags & CLONE_HAS_STACK ? CLONE_METHOD_SPAWN : CLONE_METHOD_VFORK;
	if (flags & (CLONE_VM | CLONE_VFORK | CLONE_FS | CLONE_FILES))
		return CLONE_METHOD_OTHER;
	return CLONE_METHOD_FORK;
}

static __always_inline __u64 *birth_edge(struct slot *s, enum edge e)
{
	return &s->birth[e - BIRTH_EDGE_FIRST];
}

/*
 * Now is this edge of the current task's clone. Not read where no phase of work begins or ends: a
 * vfork's work ends where its wait begins, a fork's at the return. From newtask to woken a task
 * stays on its CPU, unless the kernel preempts it.
 */
static __always_inline void birth_mark(struct slot *s, enum edge e, struct task_struct *current)
{
	__u64 vfork = s->clone_flags & CLONE_VFORK, off;

	if (e == EDGE_woken ? PREEMPTS && vfork : e != EDGE_clone_return || !vfork) {
		off = off_cpu_now(&s->off_cpu, current);
		s->birth_off[e - BIRTH_EDGE_FIRST] = off;
		if (e == EDGE_newtask && !PREEMPTS)
			s->birth_off[EDGE_woken - BIRTH_EDGE_FIRST] = off;
	}
	*birth_edge(s, e) = bpf_ktime_get_ns();
}

/* Edges of an earlier clone stay in the slot: the tool ignores edges older than this clone. */
static __always_inline void clone_begin(struct slot *s, __u64 flags, struct task_struct *current)
{
	s->clone_flags = flags;
	s->child_tid = 0;
	if (PROFILING)
		s->stack = 0;
	/* Only a child that has not executed yet is asked for the time before; not in a bench. */
	s->birth_off[EDGE_clone_enter - BIRTH_EDGE_FIRST] =
		PROFILING && (s->state & (TASK_BORN | TASK_EXECED)) == TASK_BORN
			? off_cpu_now(&s->off_cpu, current)
			: off_cpu_restart(&s->off_cpu, current);
	if (!count_all)
		return;
	s->copy_files_ns = 0;
	s->copy_pages_ns = 0;
	s->copy.known = 0;
}

/* In a bench: the slot of a thread whose group leader is a target, with none (NULL) or this one. */
static __noinline struct slot *thread_of_target(struct slot *s, struct task_struct *current)
{
	__u32 tid = current_tid(current), tgid = current_tgid(current);
	struct slot *leader = tid == tgid ? NULL : slot_find(tgid);

	if (!leader || !(leader->state & TASK_TARGET))
		return NULL;
	if (s)
		return s;
	s = slot_claim(tid, tgid);
	if (!s)
		COUNT(untracked);
	return s;
}

static __always_inline struct slot *slot_of_followed(struct task_struct *current, __u32 tid)
{
	struct slot *s;

	if (paused || !is_followed(current))
		return NULL;
	s = slot_find(tid);
	if (s)
		return s;
	s = slot_claim(tid, current_tgid(current));
	if (!s)
		COUNT(untracked);
	return s;
}

static __always_inline void clone_enter(__u64 flags)
{
	struct task_struct *current;
	struct slot *s;
	__u32 tid;

	current = current_task_and_tid(&tid);
	if (PROFILING) {
		s = slot_of_followed(current, tid);
	} else {
		s = slot_find(tid);
		if (!s || !(s->state & TASK_TARGET))
			s = thread_of_target(s, current);
	}
	if (!s)
		return;
	clone_begin(s, flags, current);
	s->state |= TASK_IN_CLONE;
	*birth_edge(s, EDGE_clone_enter) = bpf_ktime_get_ns();
}

/* The current task's slot if it is inside a traced clone, and the task. */
static __always_inline struct slot *cloning(struct task_struct **current)
{
	__u32 tid;
	struct slot *s;

	*current = current_task_and_tid(&tid);
	s = slot_find(tid);
	return s && (s->state & TASK_IN_CLONE) ? s : NULL;
}

static __always_inline struct slot *cloning_of(struct task_struct *current)
{
	struct slot *s = slot_find(current_tid(current));

	return s && (s->state & TASK_IN_CLONE) ? s : NULL;
}

/*
 * Without a probe at clone's entry, any traced task may be inside a clone. An edge marked then
 * stays until task_newtask confirms it or the next one of its kind replaces it.
 */
static __always_inline struct slot *maybe_cloning(struct task_struct *current)
{
	struct slot *s = slot_find(current_tid(current));
	__u32 wanted = clone_entry_unseen ? TASK_TARGET : TASK_IN_CLONE;

	return s && (s->state & wanted) ? s : NULL;
}

static __always_inline void clone_mark(enum edge e)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);

	if (s)
		birth_mark(s, e, current);
}

/* Just before the copy of the address space, if this clone makes one. */
static __always_inline void clone_mark_copy(void)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);

	if (s && !(s->clone_flags & CLONE_VM))
		birth_mark(s, EDGE_mm_start, current);
}

/* For a sum: subtracts the time at entry (sign -1), adds the time at return. */
static __always_inline void clone_files(int sign)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);

	if (s)
		s->copy_files_ns += sign * on_cpu_clock(s, current);
}

static __always_inline void clone_pages(int sign)
{
	struct task_struct *current;
	struct slot *s = cloning(&current);

	if (s)
		s->copy_pages_ns += sign * on_cpu_clock(s, current);
}

/* The registers with which a task returns to user space, to be read; NULL: not known where. */
static __always_inline struct pt_regs *user_regs(struct task_struct *task)
{
	/* 5.15, dd6e10fbd9fb */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (struct pt_regs *)bpf_task_pt_regs(task);
	return user_regs_on_stack(task);
}

/* The stack pointer among them; 0: not known. */
static __always_inline __u64 stack_pointer(struct pt_regs *regs)
{
	struct user_stack top = {};

	bpf_probe_read_kernel(&top, sizeof(top), (__u64 *)regs + REGISTER_SP);
	return is_user_stack(&top) ? top.sp : 0;
}

/* Whether the stack that the caller passed is one for the child. */
static __always_inline __u64 own_stack(__u64 stack)
{
	if (!stack || (VFORK_PASSES_STACK && stack == stack_pointer(user_regs(current_task()))))
		return 0;
	return CLONE_HAS_STACK;
}

/* Whether a vfork has a stack of its own, where the arguments of the call were not seen. */
static __always_inline __u64 stack_flag(struct task_struct *child, __u64 flags,
					struct task_struct *current)
{
	__u64 parent_sp, child_sp;

	if ((flags & (CLONE_VM | CLONE_VFORK)) != (CLONE_VM | CLONE_VFORK))
		return 0;
	child_sp = stack_pointer(user_regs(child));
	parent_sp = stack_pointer(user_regs(current));
	if (!child_sp || !parent_sp)
		return CLONE_STACK_UNKNOWN;
	return child_sp == parent_sp ? 0 : CLONE_HAS_STACK;
}

/* Begins a clone whose entry was not seen; keeps what maybe_cloning() let through. */
static __always_inline void clone_begin_late(struct slot *s, struct task_struct *child, __u64 flags,
					     struct task_struct *current)
{
	clone_begin(s, flags | stack_flag(child, flags, current), current);
	s->state |= TASK_IN_CLONE;
	*birth_edge(s, EDGE_clone_enter) = 0;
}

static __always_inline __u64 rss_pages(struct mm_struct *mm)
{
	struct mm_shape shape = {};

	if (mm)
		MM_SHAPE(&shape, mm, BPF_CORE_READ, NO_PARTS);
	return shape.rss_anon + shape.rss_file + shape.rss_shmem;
}

/* Whether the filter wants this birth, by what is known at the return. */
static __always_inline bool is_wanted_after(const struct slot *s)
{
	__u64 enter = s->birth[EDGE_clone_enter - BIRTH_EDGE_FIRST];
	__u64 end = s->birth[EDGE_clone_return - BIRTH_EDGE_FIRST];
	struct task_struct *task;

	/* A call of unknown length does not pass. */
	if (filter.min_ns && (!enter || end < enter + filter.min_ns))
		return false;
	if (!filter.min_pages)
		return true;
	task = (struct task_struct *)bpf_get_current_task();
	return rss_pages(BPF_CORE_READ(task, mm)) >= filter.min_pages;
}

/*
 * The flags of the call that makes the child, as far as clone_method() looks at them, from what
 * parent and child share. By way of the slot: else the verifier would know and follow each of the
 * 32 combinations.
 */
static __always_inline __u64 flags_of(struct task_struct *child, struct slot *s)
{
	volatile __u64 *room = &s->clone_flags;
	struct task_struct *parent = (struct task_struct *)bpf_get_current_task();
	void *mm = BPF_CORE_READ(child, mm);
	__u64 flags = child->tgid != child->pid ? CLONE_THREAD : 0;

	if (mm && mm == BPF_CORE_READ(parent, mm))
		flags |= CLONE_VM;
	if (BPF_CORE_READ(child, fs) == BPF_CORE_READ(parent, fs))
		flags |= CLONE_FS;
	if (BPF_CORE_READ(child, files) == BPF_CORE_READ(parent, files))
		flags |= CLONE_FILES;
	if (BPF_CORE_READ(child, vfork_done))
		flags |= CLONE_VFORK;
	*room = flags;
	return *room;
}

/*
 * In a profile every task_newtask is a birth, even if the call's entry was not seen: a kernel
 * thread, an io_uring worker, a call from 32-bit code, or no probe at the entry.
 */
static __always_inline struct slot *profiled_cloning(struct task_struct *child, bool seen,
						     __u64 flags, struct task_struct *current)
{
	__u32 tid = current_tid(current);
	struct slot *s;

	if (!is_followed(current))
		return NULL;
	/* Even before the profile begins, so that no child is missed later. */
	if (!trace_all && follow_children && child->pid == child->tgid)
		follow(child->tgid);
	if (paused)
		return NULL;
	s = slot_find(tid);
	if (s && (s->state & TASK_IN_CLONE)) {
		s->state = (s->state | TASK_TARGET) & ~TASK_LATE;
		return s;
	}
	if (!s)
		s = slot_claim(tid, current_tgid(current));
	if (!s)
		return NULL;
	clone_begin_late(s, child, seen ? flags : flags_of(child, s), current);
	s->state |= TASK_TARGET | TASK_LATE;
	return s;
}

/*
 * Takes the stack at task_newtask: while vfork blocks the parent, the tool has time to read its
 * memory map. Not with filters that are decided at the return.
 */
static __always_inline void profiled_stack(struct slot *s)
{
	if (group_by == GROUP_BY_STACK && !filter.min_ns && !filter.min_pages &&
	    is_wanted(clone_method(s->clone_flags)))
		s->stack = stack_emit();
}

static __always_inline void profiled_child(const struct slot *s, struct slot *c)
{
	if (!is_wanted(clone_method(s->clone_flags)))
		c->state |= TASK_UNWANTED;
}

/* The shape of the child's mm, where it is a copy. */
static __always_inline void copied_shape(struct slot *s, struct task_struct *child)
{
	struct mm_struct *mm;

	if (s->clone_flags & CLONE_VM)
		return;
	mm = untrusted(child)->mm;
	if (mm)
		MM_SHAPE(&s->copy, mm, DIRECT, LOCAL_PARTS);
}

static __always_inline void newtask_mark(struct slot *s, bool seen, struct task_struct *current)
{
	if (seen)
		birth_mark(s, EDGE_newtask, current);
	else
		*birth_edge(s, EDGE_newtask) = 0;
}

/* Gives the child its slot; NULL if there is no room. */
static __always_inline struct slot *child_slot(struct slot *s, struct task_struct *child)
{
	__u32 tid = child->pid, tgid = s->clone_flags & CLONE_THREAD ? s->tgid : tid;
	struct slot *c = slot_claim(tid, tgid);

	s->child_tid = tid;
	s->child_tgid = tgid;
	if (!c) {
		COUNT(untracked);
		return NULL;
	}
	c->state = TASK_BORN | (s->clone_flags & CLONE_VM ? 0 : TASK_COPIED);
	c->tgid = tgid; /* the slot may be an earlier task's of that id */
	c->parent_tgid = s->tgid;
	c->execs = 0;
	return c;
}

/* If the parent is a thread, its group leader counts. */
static __always_inline void child_cow(struct slot *s, struct slot *c)
{
	struct slot *p;

	__builtin_memset(&c->cow, 0, sizeof(c->cow));
	p = slot_find(c->parent_tgid);
	if (!p && PROFILING && !(s->clone_flags & CLONE_VM))
		p = slot_claim(c->parent_tgid, c->parent_tgid);
	if (PROFILING && p)
		p->state |= TASK_TARGET;
	if (p)
		c->parent_cow = p->cow.total;
}

static __always_inline void profiled_newtask(struct task_struct *child, bool seen, __u64 flags,
					     struct task_struct *current)
{
	struct slot *s = profiled_cloning(child, seen, flags, current), *c;

	if (!s)
		return;
	newtask_mark(s, seen, current);
	if (seen)
		profiled_stack(s);
	copied_shape(s, child);
	c = child_slot(s, child);
	if (!c)
		return;
	c->exe_mm = 0;
	if (filtering)
		profiled_child(s, c);
	if (syscalls_counted)
		syscalls_begin(c);
	if (cow_counted)
		child_cow(s, c);
}

static __always_inline void bench_newtask(struct task_struct *child, bool seen, __u64 flags,
					  struct task_struct *current)
{
	bool all = count_all;
	struct slot *s = slot_find(current_tid(current)), *c;

	if (!s)
		return;
	if (clone_entry_unseen) {
		if (!(s->state & TASK_TARGET))
			return;
		clone_begin_late(s, child, seen ? flags : flags_of(child, s), current);
	} else if (!(s->state & TASK_IN_CLONE)) {
		return;
	}
	newtask_mark(s, seen, current);
	c = child_slot(s, child);
	if (!c || !all)
		return;
	copied_shape(s, child);
	if (syscalls_counted)
		syscalls_begin(c);
	child_cow(s, c);
}

/* There is a child. `seen`: task_newtask is now, and has the flags. */
static __always_inline void clone_child(struct task_struct *child, bool seen, __u64 flags,
					struct task_struct *current)
{
	if (PROFILING)
		profiled_newtask(child, seen, flags, current);
	else
		bench_newtask(child, seen, flags, current);
}

/*
 * A birth whose task_newtask was missed. A call, so that the verifier follows the rest of the
 * caller once, and not once for each way through this.
 */
static __noinline void clone_make_up(struct task_struct *child, struct task_struct *current)
{
	clone_child(child, false, 0, current);
}
