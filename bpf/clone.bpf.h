/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A clone call from entry to return: the birth record. */
#pragma once

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
 * vfork's work ends where its wait begins, a fork's at the return.
 */
static __always_inline void birth_mark(struct slot *s, enum edge e, struct task_struct *current)
{
	bool vfork = s->clone_flags & CLONE_VFORK;

	if (e == EDGE_woken ? vfork : e != EDGE_clone_return || !vfork)
		s->birth_off[e - BIRTH_EDGE_FIRST] = off_cpu_now(&s->off_cpu, current);
	*birth_edge(s, e) = bpf_ktime_get_ns();
}

/* Edges of an earlier clone stay in the slot: the tool ignores edges older than this clone. */
static __always_inline void clone_begin(struct slot *s, __u64 flags, struct task_struct *current)
{
	s->clone_flags = flags;
	s->child_tid = 0;
	s->stack = 0;
	s->birth_off[EDGE_clone_enter - BIRTH_EDGE_FIRST] = off_cpu_now(&s->off_cpu, current);
	if (!count_all)
		return;
	s->copy_files_ns = 0;
	s->copy_pages_ns = 0;
	s->copy.known = 0;
}

static __always_inline void clone_enter(__u64 flags)
{
	struct task_struct *current = current_task();
	__u32 tid = current_tid(current), tgid;
	struct slot *s = slot_find(tid), *leader;

	if (profiling) {
		if (paused || !is_followed(current))
			return;
	} else if (!s || !(s->state & TASK_TARGET)) {
		tgid = current_tgid(current);
		leader = tid == tgid ? NULL : slot_find(tgid);
		if (!leader || !(leader->state & TASK_TARGET))
			return;
	}
	if (!s) {
		s = slot_claim(tid);
		if (!s) {
			COUNT(untracked);
			return;
		}
	}
	clone_begin(s, flags, current);
	s->state |= TASK_IN_CLONE;
	*birth_edge(s, EDGE_clone_enter) = bpf_ktime_get_ns();
}

/* The current task's slot if it is inside a traced clone. */
static __always_inline struct slot *cloning(struct task_struct *current)
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
	struct task_struct *current = current_task();
	struct slot *s = cloning(current);

	if (s)
		birth_mark(s, e, current);
}

/* Just before the copy of the address space, if this clone makes one. */
static __always_inline void clone_mark_copy(void)
{
	struct task_struct *current = current_task();
	struct slot *s = cloning(current);

	if (s && !(s->clone_flags & CLONE_VM))
		birth_mark(s, EDGE_mm_start, current);
}

/* For a sum: subtracts the time at entry (sign -1), adds the time at return. */
static __always_inline void clone_files(int sign)
{
	struct task_struct *current = current_task();
	struct slot *s = cloning(current);

	if (s)
		s->copy_files_ns += sign * on_cpu_clock(s, current);
}

static __always_inline void clone_pages(int sign)
{
	struct task_struct *current = current_task();
	struct slot *s = cloning(current);

	if (s)
		s->copy_pages_ns += sign * on_cpu_clock(s, current);
}

/* The registers with which a task returns to user space, to be read; NULL: not known where. */
static __always_inline struct pt_regs *user_regs(struct task_struct *task)
{
	/* 5.15, dd6e10fbd9fb */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (struct pt_regs *)bpf_task_pt_regs(task);
#if defined(__TARGET_ARCH_x86)
	/* At the end of a kernel stack of 16 KiB, as without KASAN. */
	return (struct pt_regs *)((char *)BPF_CORE_READ(task, stack) + 16384) - 1;
#else
	return NULL;
#endif
}

/* The stack pointer among them; 0: not known. */
static __always_inline __u64 stack_pointer(struct pt_regs *regs)
{
	struct {
		__u64 sp, ss;
	} top = {};

	bpf_probe_read_kernel(&top, sizeof(top), &PT_REGS_SP(regs));
#if defined(__TARGET_ARCH_x86)
	if ((__u16)top.ss != USER_DS)
		return 0;
#endif
	return top.sp;
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
		MM_SHAPE(&shape, mm, BPF_CORE_READ, 0, NO_PART);
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
		s = slot_claim(tid);
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

/* Of a new task, if it is to be counted, as it always is in a profile. */
static __always_inline struct mm_struct *mm_counted(struct task_struct *child)
{
	return profiling || count_all ? LOADED_HERE(child->mm) : NULL;
}

/* The shape of the child's mm, where it is a copy. */
static __always_inline void copied_shape(struct slot *s, struct mm_struct *mm)
{
	if (mm && !(s->clone_flags & CLONE_VM))
		MM_SHAPE(&s->copy, mm, DIRECT, this_cpu_offset(), local_part);
}

/* There is a child, with this mm; `seen`: task_newtask is now, and has the flags. */
static __always_inline void clone_child(struct task_struct *child, struct mm_struct *mm, bool seen,
					__u64 flags, struct task_struct *current)
{
	bool profile = profiling; /* one load */
	struct slot *s =
		profile ? profiled_cloning(child, seen, flags, current) : maybe_cloning(current);
	struct slot *c, *p;

	if (!s)
		return;
	if (!profile && clone_entry_unseen)
		clone_begin_late(s, child, seen ? flags : flags_of(child, s), current);
	if (seen)
		birth_mark(s, EDGE_newtask, current);
	else
		*birth_edge(s, EDGE_newtask) = 0;
	s->child_tid = child->pid;
	s->child_tgid = s->clone_flags & CLONE_THREAD ? current_tgid(current) : s->child_tid;
	if (profile && seen)
		profiled_stack(s);
	copied_shape(s, mm);

	c = slot_claim(s->child_tid);
	if (!c) {
		COUNT(untracked);
		return;
	}
	c->state = TASK_BORN | (s->clone_flags & CLONE_VM ? 0 : TASK_COPIED);
	c->tgid = s->child_tgid;
	c->parent_tgid = current_tgid(current);
	c->execs = 0;
	if (profile)
		profiled_child(s, c);
	if (!count_all)
		return;
	if (syscalls_counted)
		syscalls_begin(c);
	__builtin_memset(&c->cow, 0, sizeof(c->cow));
	/* If the parent is a thread, its group leader counts. */
	p = slot_find(c->parent_tgid);
	if (!p && profile && !(s->clone_flags & CLONE_VM))
		p = slot_claim(c->parent_tgid);
	if (profile && p)
		p->state |= TASK_TARGET;
	if (p)
		c->parent_cow = p->cow.total;
}

/*
 * A birth whose task_newtask was missed. A call, so that the verifier follows the rest of the
 * caller once, and not once for each way through this.
 */
static __noinline void clone_make_up(struct task_struct *child, struct task_struct *current)
{
	clone_child(child, mm_counted(child), false, 0, current);
}

/* False if the ring was full. */
static __always_inline bool birth_emit(struct slot *s, int result, const struct parent *parent)
{
	struct record_birth *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	bool counted;
	__u64 id;

	if (!r) {
		COUNT(lost);
		return false;
	}
	counted = count_all && parent_shape(r, parent);
	id = bpf_get_current_pid_tgid();
	r->head.kind = RECORD_BIRTH;
	r->head.tid = result > 0 ? s->child_tid : 0;
	r->child_tgid = result > 0 ? s->child_tgid : 0;
	r->parent_tgid = id >> 32;
	r->parent_tid = id;
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
		bpf_get_current_comm(r->comm, sizeof(r->comm));
	}
	r->stack = 0;
	if (profiling) {
		birth_add_parent(r);
		/* The stack comes first, so that the reader of this record finds it. */
		if (group_by == GROUP_BY_STACK)
			r->stack = s->stack ? s->stack : stack_emit();
	}
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline void profiled_end(struct slot *s, long result, const struct parent *parent)
{
	__u32 method = clone_method(s->clone_flags);
	bool sent;

	if (!is_wanted(method) || !is_wanted_after(s)) {
		COUNT(filtered);
		return;
	}
	sent = birth_emit(s, result, parent);
	if (!sent)
		COUNT(births_lost);
	group_count(method, result, !sent);
}

/* Copies the birth to the child's slot, for its RECORD_LIFE; false if the child is gone already. */
static __always_inline bool birth_hand_over(struct slot *s)
{
	struct slot *c = slot_find(s->child_tid);

	if (!c || !(c->state & TASK_BORN))
		return false;
	c->born_flags = s->clone_flags;
	__builtin_memcpy(c->born_edge, s->birth, sizeof(c->born_edge));
	c->born_was_off = s->off_cpu.ns != s->birth_off[EDGE_clone_enter - BIRTH_EDGE_FIRST];
	if (c->born_was_off)
		__builtin_memcpy(c->born_off, s->birth_off, sizeof(c->born_off));
	c->parent_tid = s->tid;
	c->state |= TASK_WHOLE;
	return true;
}

/* Stands for the child's id, which the slot has. */
#define CLONE_SUCCEEDED 1

/* The clone is over, or nothing more of it will be seen. */
static __always_inline void clone_end(struct slot *s, long result, const struct parent *parent)
{
	s->state &= ~TASK_IN_CLONE;
	if (profiling) {
		/* The profile ended during the call, or task_newtask was not seen. */
		if (paused || (result > 0 && !s->child_tid))
			return;
		profiled_end(s, result, parent);
	} else if (result <= 0 || count_all || !birth_hand_over(s)) {
		birth_emit(s, result, parent);
	}
	if (result > 0)
		COUNT(births);
	else if (result == -ERESTARTNOINTR)
		COUNT(restarts);
	else
		COUNT(failures);
}

/* In a bench every program has run, unless the kernel preempts them: then it is. */
static __always_inline bool is_parent_of(const struct slot *s, const struct task_struct *child)
{
	return s && (!(profiling || preempts) || s->child_tid == (__u32)child->pid);
}

/*
 * The kernel skips a program while a task that it has preempted is inside it (recursion guard).
 * sched_wakeup_new comes with the run queue locked, where nothing is preempted: so births are
 * counted here, and one that task_newtask's program missed is made up for.
 */
static __always_inline void clone_woken(struct task_struct *child)
{
	struct task_struct *current = current_task();
	struct parent parent = parent_now(current);
	struct slot *s;

	if (profiling) {
		if (!is_followed(current))
			return;
		if (!paused)
			COUNT(newtasks);
	}
	s = cloning(current);
	if (!is_parent_of(s, child)) {
		clone_make_up(child, current);
		s = cloning(current);
	}
	if (!is_parent_of(s, child)) {
		if (profiling && !paused)
			COUNT(unplaced);
		return;
	}
	birth_mark(s, EDGE_woken, current);
	if (clone_return_unseen || s->state & TASK_LATE)
		clone_end(s, CLONE_SUCCEEDED, &parent);
}

static __always_inline void clone_return(long result)
{
	struct task_struct *current = current_task();
	struct slot *s = cloning(current);
	struct parent parent;

	if (!s)
		return;
	parent = parent_now(current);
	birth_mark(s, EDGE_clone_return, current);
	clone_end(s, result, &parent);
}

/* A call that failed before its entry, as a seccomp filter makes it: nobody saw it begin. */
static __always_inline void clone_refused(__u64 flags, long result)
{
	struct slot *s;

	clone_enter(flags);
	s = cloning(current_task());
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
	struct task_struct *current = current_task();
	struct slot *s = cloning(current);
	struct parent parent;
	__u64 newtask, woken;

	if (!s || !s->child_tid || s->child_tid != global_number(pid))
		return;
	parent = parent_now(current);
	newtask = *birth_edge(s, EDGE_newtask);
	woken = *birth_edge(s, EDGE_woken);
	if (woken < newtask) /* of an earlier clone */
		return;
	birth_mark(s, EDGE_clone_return, current);
	clone_end(s, CLONE_SUCCEEDED, &parent);
}
