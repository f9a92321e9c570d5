/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs for the edges of the child's own life; part of bpf/spawnscope.bpf.c. */
#pragma once

#include "bpf/arch.bpf.h"
#include "bpf/program.bpf.h"

/* first run */

/* The first function that a child runs, once in its life. */
AT_ENTRY(schedule_tail, life_first_run())

/* A task that never left a CPU was never on one. */
TRACEPOINT(sched_switch, if (!next->nvcsw && !next->nivcsw) life_first_switch(next->pid),
	   bool preempt, struct task_struct *prev, struct task_struct *next)

/* exec */

FENTRY_OF(execve, SYSCALL_STUB "execve", exec_enter())
FENTRY_OF(execveat, SYSCALL_STUB "execveat", exec_enter())
FEXIT_OF(execve, SYSCALL_STUB "execve", exec_done(ret), void *regs, long ret)
FEXIT_OF(execveat, SYSCALL_STUB "execveat", exec_done(ret), void *regs, long ret)
KPROBE_OF(execve, SYSCALL_STUB "execve", exec_enter())
KPROBE_OF(execveat, SYSCALL_STUB "execveat", exec_enter())

SYSCALL_ENTER(execve, exec_enter())
SYSCALL_ENTER(execveat, exec_enter())
SYSCALL_EXIT(execve, exec_done(ctx->ret))
SYSCALL_EXIT(execveat, exec_done(ctx->ret))

AT_ENTRY(begin_new_exec, exec_flush())
TRACEPOINT(sched_prepare_exec, exec_flush())

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(tp_sched_process_exec, struct task_struct *task, int old_tid,
	     struct linux_binprm *bprm)
{
	if (PROFILING)
		profiled_exec(task, old_tid, bprm);
	if (exec_return_unseen)
		exec_done(0);
	return 0;
}

TRACEPOINT(task_rename, exec_renamed(task), struct task_struct *task)

/* exit */

AT_ENTRY(exit_mmap, exit_mm_begin())
AT_RETURN(exit_mmap, exit_mm_done())
TRACEPOINT(exit_mmap, exit_mm_done()) /* near the end of exit_mmap() */

static __always_inline void task_exits(struct task_struct *task)
{
	bool needs_mm = exit_starts_at_exit || (reaping_unseen && mm_end_seen);
	struct mm_struct *mm = needs_mm ? untrusted(task)->mm : NULL;

	if (!PROFILING || !profiled_exit(task))
		life_exit(task, mm);
}

TRACEPOINT(sched_process_exit, task_exits(task), struct task_struct *task)

/* The same as perf events, which run with preemption off. */

EVENT("sched/sched_process_exit", event_sched_process_exit(void *ctx),
      task_exits((struct task_struct *)bpf_get_current_task_btf()))
EVENT("mmap/exit_mmap", event_exit_mmap(void *ctx), exit_mm_done())

/* Called in the parent's wait, or in the task itself if nobody waits for it. */
FENTRY(release_task, life_reaped(task->pid, task->flags), struct task_struct *task)
KPROBE(release_task, life_reaped(BPF_CORE_READ(task, pid), BPF_CORE_READ(task, flags)),
       struct task_struct *task)
