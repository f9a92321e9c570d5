/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The child's own life: first run, exec, exit, and their records. */
#pragma once

#include "bpf/clone.bpf.h"
#include "bpf/tasks.bpf.h"

static __always_inline __u64 *exec_edge(struct slot *s, enum edge e)
{
	return &s->exec[e - EXEC_EDGE_FIRST];
}

static __always_inline __u64 *death_edge(struct slot *s, enum edge e)
{
	return &s->death[e - DEATH_EDGE_FIRST];
}

/* Now is this edge of the current task's execve; of its end. */
static __always_inline void exec_mark(struct slot *s, enum edge e, struct task_struct *current)
{
	s->exec_off[e - EXEC_EDGE_FIRST] = off_cpu_now(&s->off_cpu, current);
	*exec_edge(s, e) = bpf_ktime_get_ns();
}

/* The same, where the time off the CPU is not known. */
static __always_inline void exec_mark_time(struct slot *s, enum edge e)
{
	s->exec_off[e - EXEC_EDGE_FIRST] = OFF_UNKNOWN;
	*exec_edge(s, e) = bpf_ktime_get_ns();
}

static __always_inline void death_mark(struct slot *s, enum edge e, struct task_struct *current)
{
	s->death_off[e - DEATH_EDGE_FIRST] = off_cpu_now(&s->off_cpu, current);
	*death_edge(s, e) = bpf_ktime_get_ns();
}

static __always_inline struct slot *born(__u32 tid)
{
	struct slot *s = slot_find(tid);

	return s && (s->state & TASK_BORN) ? s : NULL;
}

/* The child itself runs: its time off the CPU counts from here on. */
static __always_inline void life_first_run(void)
{
	struct task_struct *current = current_task();
	struct slot *s = born(current_tid(current));

	if (!s)
		return;
	*exec_edge(s, EDGE_first_run) = bpf_ktime_get_ns();
	s->exec_off[EDGE_first_run - EXEC_EDGE_FIRST] = 0;
	off_cpu_start(&s->off_cpu, current);
}

/* A switch to the child is being made: the wait that ends with it is not in its sums yet. */
static __always_inline void life_first_switch(__u32 tid)
{
	struct slot *s = born(tid);

	if (s)
		exec_mark_time(s, EDGE_first_run);
}

/* The slot itself, if it is of a task whose birth was seen and no execve has succeeded yet. */
static __always_inline struct slot *if_execing(struct slot *s)
{
	return s && (s->state & (TASK_BORN | TASK_EXECED)) == TASK_BORN ? s : NULL;
}

static __always_inline struct slot *execing(__u32 tid)
{
	return if_execing(slot_find(tid));
}

static __always_inline void exec_enter(void)
{
	struct task_struct *current = current_task();
	struct slot *s = execing(current_tid(current));

	if (!s)
		return;
	s->state |= TASK_IN_EXEC;
	*exec_edge(s, EDGE_exec_flush) = 0;
	*exec_edge(s, EDGE_exec_load) = 0;
	exec_mark(s, EDGE_exec_enter, current);
}

/*
 * Turns the parent's COW total at this birth into its faults since. Called when the child drops its
 * copy of the address space, which may be long before the parent waits for it.
 */
static __always_inline void settle_parent_cow(struct slot *s)
{
	struct slot *p;

	if (s->state & TASK_SETTLED)
		return;
	s->state |= TASK_SETTLED;
	p = slot_find(s->parent_tgid);
	if (p)
		cow_difference(&s->parent_cow, &p->cow.total, &s->parent_cow);
}

/* The thread, which entered execve, goes on as the leader. */
static __always_inline void exec_take_over(struct slot *leader, const struct slot *thread)
{
	leader->off_cpu = thread->off_cpu;
	leader->exec_off[EDGE_first_run - EXEC_EDGE_FIRST] = OFF_UNKNOWN; /* of another task */
	leader->exec_off[EDGE_exec_enter - EXEC_EDGE_FIRST] =
		thread->exec_off[EDGE_exec_enter - EXEC_EDGE_FIRST];
}

/*
 * An exec by a thread that is not the group leader, right before de_thread() ends the leader and
 * gives its ids to the thread. The process lives on, so the leader's slot goes on.
 */
static __always_inline struct slot *exec_of_thread(struct slot *thread, __u32 tgid)
{
	struct slot *leader = execing(tgid);
	__u64 enter = 0;

	if (thread && thread->state & TASK_IN_EXEC) {
		thread->state &= ~TASK_IN_EXEC;
		enter = *exec_edge(thread, EDGE_exec_enter);
	}
	if (!leader)
		return NULL;
	if (syscalls_counted)
		syscalls_drop(leader); /* its last call is not the exec */
	*exec_edge(leader, EDGE_exec_enter) = enter;
	if (enter)
		exec_take_over(leader, thread);
	return leader;
}

static __always_inline void exec_flush(void)
{
	struct task_struct *current = current_task();
	__u32 tid = current_tid(current), tgid = current_tgid(current);
	struct slot *s = execing(tid);

	if (PROFILING && tid != tgid)
		s = exec_of_thread(s, tgid);
	if (!s)
		return;
	/* Without a probe at execve's entry the exec begins here. */
	s->state |= TASK_IN_EXEC;
	exec_mark(s, EDGE_exec_flush, current);
}

/* begin_new_exec() renames the task near its end. Other renames are not edges. */
static __always_inline void exec_renamed(struct task_struct *task)
{
	struct slot *s = execing(task->pid);

	if (!s)
		return;
	if (!(s->state & TASK_IN_EXEC)) {
		/*
		 * In a profile it may be the exec of another thread (profiled_thread_exec()). That
		 * has the leader's ids now, but the slot has the time off the CPU of the leader.
		 */
		if (PROFILING)
			exec_mark_time(s, EDGE_exec_load);
		return;
	}
	exec_mark(s, EDGE_exec_load, task);
	s->state &= ~TASK_COPIED;
	if (counts_cow())
		settle_parent_cow(s);
}

/*
 * 7.x drops the old address space (bprm's old_mm) after the rename, in setup_new_exec(); earlier
 * kernels did in begin_new_exec(). A shared one, as after vfork, is not torn down.
 */
static __always_inline void exec_dropped(struct slot *s, struct task_struct *current)
{
	if (*exec_edge(s, EDGE_exec_load) <= *exec_edge(s, EDGE_exec_flush))
		return;
	if (s->state & TASK_IN_EXEC)
		exec_mark(s, EDGE_exec_load, current);
	else
		exec_mark_time(s, EDGE_exec_load);
}

static __always_inline void exec_emit(struct slot *s)
{
	struct record_exec *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		COUNT(lost);
		return;
	}
	r->head.kind = RECORD_EXEC;
	r->head.tid = s->tid;
	r->tgid = s->tgid;
	r->result = s->exec_result;
	__builtin_memcpy(r->edge, s->exec, sizeof(r->edge));
	__builtin_memcpy(r->off, s->exec_off, sizeof(r->off));
	r->counted = cow_counted && !s->exec_result;
	if (r->counted) {
		r->cow_child = s->cow.total;
		r->cow_parent = s->parent_cow;
	}
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

static __always_inline void exec_done(long result)
{
	struct task_struct *current = current_task();
	struct slot *s = execing(current_tid(current));

	if (!s || !(s->state & TASK_IN_EXEC))
		return;
	exec_mark(s, EDGE_exec_done, current);
	s->state &= ~TASK_IN_EXEC;
	s->execs++;
	s->exec_result = result;
	if (!result)
		s->state |= TASK_EXECED;
	if (syscalls_counted && !result && count_all && !(s->state & TASK_UNWANTED))
		syscalls_emit(s);
	if (PROFILING && !(s->state & TASK_UNWANTED))
		exec_emit(s);
}

static __always_inline void death_emit(struct slot *s, __u32 tid)
{
	struct record_death *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		COUNT(lost);
		return;
	}
	r->head.kind = RECORD_DEATH;
	r->head.tid = tid;
	r->tgid = s->tgid;
	r->execs = s->execs;
	r->exec_result = s->exec_result;
	__builtin_memcpy(r->exec, s->exec, sizeof(r->exec));
	__builtin_memcpy(r->exec_off, s->exec_off, sizeof(r->exec_off));
	__builtin_memcpy(r->edge, s->death, sizeof(r->edge));
	__builtin_memcpy(r->off, s->death_off, sizeof(r->off));
	r->counted = counts_cow();
	if (r->counted) {
		settle_parent_cow(s);
		r->cow_child = s->cow.total;
		r->cow_parent = s->parent_cow;
	}
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

static __always_inline void life_emit(struct slot *s, __u32 tid)
{
	struct record_life *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		COUNT(lost);
		return;
	}
	r->head.kind = RECORD_LIFE;
	r->head.tid = tid;
	r->child_tgid = s->tgid;
	r->parent_tgid = s->parent_tgid;
	r->parent_tid = s->parent_tid;
	r->method = clone_method(s->born_flags);
	r->execs = s->execs;
	r->exec_result = s->exec_result;
	r->clone_flags = s->born_flags & ~CLONE_OUR_FLAGS;
	__builtin_memcpy(&r->edge[BIRTH_EDGE_FIRST], s->born_edge, sizeof(s->born_edge));
	__builtin_memcpy(&r->edge[EXEC_EDGE_FIRST], s->exec, sizeof(s->exec));
	__builtin_memcpy(&r->edge[DEATH_EDGE_FIRST], s->death, sizeof(s->death));
	r->born_was_off = s->born_was_off;
	if (s->born_was_off)
		__builtin_memcpy(&r->off[BIRTH_EDGE_FIRST], s->born_off, sizeof(s->born_off));
	r->was_off = s->off_cpu.ns != 0;
	if (r->was_off) {
		__builtin_memcpy(&r->off[EXEC_EDGE_FIRST], s->exec_off, sizeof(s->exec_off));
		__builtin_memcpy(&r->off[DEATH_EDGE_FIRST], s->death_off, sizeof(s->death_off));
	}
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

/* Nothing more of this task will be seen: sends its record and frees its slot. */
static __always_inline void life_end(struct slot *s, __u32 tid)
{
	if ((s->state & (TASK_BORN | TASK_UNWANTED)) == TASK_BORN) {
		if (s->state & TASK_WHOLE && !PROFILING)
			life_emit(s, tid);
		else
			death_emit(s, tid);
	}
	slot_free(s, tid);
}

static __always_inline void exit_mm_begin(void)
{
	struct task_struct *current = current_task();
	struct slot *s = born(current_tid(current));

	if (s && !(s->state & TASK_IN_EXEC))
		death_mark(s, EDGE_exit_start, current);
}

static __always_inline void exit_mm_done(void)
{
	struct task_struct *current = current_task();
	__u32 tid = current_tid(current);
	struct slot *s = slot_find(tid);

	if (!s)
		return;
	if (s->state & TASK_IN_EXEC) {
		exec_dropped(s, current);
		return;
	}
	death_mark(s, EDGE_exit_mm_end, current);
	if (counts_cow() && s->state & TASK_COPIED)
		settle_parent_cow(s);
	if (s->state & TASK_ENDS_WITH_MM)
		life_end(s, tid);
}

/*
 * A process lives as long as any of its threads; its leader's slot stands for it. True if the
 * exiting task is a leader with living threads.
 */
static __always_inline bool profiled_exit(struct task_struct *task)
{
	struct signal_struct *signal = untrusted(task)->signal;
	__u32 tgid = task->tgid;
	struct slot *leader;

	if (signal->live.counter > 0)
		return task->pid == task->tgid;
	if (!trace_all)
		bpf_map_delete_elem(&followed, &tgid);
	leader = task->pid == task->tgid ? NULL : slot_find(tgid);
	if (leader) {
		*death_edge(leader, EDGE_exit) = bpf_ktime_get_ns();
		if (reaping_unseen)
			life_end(leader, tgid);
	}
	return false;
}

/*
 * After the exec of such a thread: its own life ends here. If nothing marked the flush, the
 * leader's slot does not have the exec yet. A call, so that the verifier follows the rest of the
 * caller once.
 */
static __noinline void profiled_thread_exec(struct slot *leader, __u32 old_tid)
{
	struct slot *old = slot_find(old_tid);

	if (!old)
		return;
	if (leader && old->state & TASK_IN_EXEC) {
		leader->state |= TASK_IN_EXEC;
		*exec_edge(leader, EDGE_exec_enter) = *exec_edge(old, EDGE_exec_enter);
		exec_take_over(leader, old);
		if (syscalls_counted)
			syscalls_drop(leader); /* its last call is not the exec */
		*exec_edge(leader, EDGE_exec_flush) = 0;
		if (*exec_edge(leader, EDGE_exec_load) < *exec_edge(old, EDGE_exec_enter))
			*exec_edge(leader, EDGE_exec_load) = 0;
		leader->state &= ~TASK_COPIED;
		if (counts_cow())
			settle_parent_cow(leader);
	}
	life_end(old, old_tid);
}

static __always_inline void profiled_exec(struct task_struct *task, __u32 old_tid,
					  struct linux_binprm *bprm)
{
	__u32 tid = task->pid;
	struct slot *any = slot_find(tid), *s = if_execing(any);

	if (old_tid != tid)
		profiled_thread_exec(s, old_tid);
	if (any)
		any->exe_mm = 0;
	if (s && command_args_max && !(s->state & TASK_UNWANTED))
		command_emit(tid, bprm);
}

/* At its end: an exec that succeeded, if the kernel skipped the programs that should have seen it.
 */
static __always_inline void life_check_exec(struct slot *s, __u32 flags)
{
	if (!PREEMPTS)
		return;
	if ((s->state & (TASK_BORN | TASK_EXECED)) != TASK_BORN || flags & PF_FORKNOEXEC)
		return;
	s->state = (s->state | TASK_EXECED) & ~TASK_IN_EXEC;
	*exec_edge(s, EDGE_exec_done) = 0;
	s->execs++;
	s->exec_result = 0;
}

/*
 * sched_process_exit comes after exit_mm() up to 6.15 and before it since then ("exit: move and
 * extend sched_process_exit() tracepoint"); `mm`, the task's mm at this point, shows which. If
 * nothing marks the reaping, the record ends here, or with the mm if this task is its last user.
 */
static __always_inline void life_exit(struct task_struct *task, struct mm_struct *mm)
{
	struct slot *s = slot_find(task->pid);

	if (!s)
		return;
	life_check_exec(s, task->flags);
	s->state &= ~TASK_IN_EXEC; /* an exec that fails past the point of no return ends here */
	*death_edge(s, EDGE_exit) = bpf_ktime_get_ns();
	if (exit_starts_at_exit && mm)
		death_mark(s, EDGE_exit_start, task);
	if (!reaping_unseen)
		return;
	if (mm_end_seen && mm && mm->mm_users.counter == 1)
		s->state |= TASK_ENDS_WITH_MM;
	else
		life_end(s, task->pid);
}

static __always_inline void life_reaped(__u32 tid, __u32 flags)
{
	struct slot *s = slot_find(tid);

	if (!s)
		return;
	life_check_exec(s, flags);
	*death_edge(s, EDGE_reaped) = bpf_ktime_get_ns();
	life_end(s, tid);
}
