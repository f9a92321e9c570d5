/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs for the edges of the child's own life; part of bpf/spawnscope.bpf.c. */
#pragma once

/* first run */

/* The first function that a child runs, once in its life. */
SEC("?fentry/schedule_tail")
int BPF_PROG(fentry_schedule_tail)
{
	life_first_run(current_tid());
	return 0;
}

SEC("?kprobe/schedule_tail")
int BPF_KPROBE(kprobe_schedule_tail)
{
	life_first_run(current_tid());
	return 0;
}

/* A task that never left a CPU was never on one. */
SEC("?tp_btf/sched_switch")
int BPF_PROG(tp_sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	if (!next->nvcsw && !next->nivcsw)
		life_first_run(next->pid);
	return 0;
}

/* exec */

SEC("?fentry/__x64_sys_execve")
int BPF_PROG(fentry_execve)
{
	exec_enter();
	return 0;
}

SEC("?fentry/__x64_sys_execveat")
int BPF_PROG(fentry_execveat)
{
	exec_enter();
	return 0;
}

SEC("?fexit/__x64_sys_execve")
int BPF_PROG(fexit_execve, void *regs, long ret)
{
	exec_done(ret);
	return 0;
}

SEC("?fexit/__x64_sys_execveat")
int BPF_PROG(fexit_execveat, void *regs, long ret)
{
	exec_done(ret);
	return 0;
}

SEC("?kprobe/__x64_sys_execve")
int BPF_KPROBE(kprobe_execve)
{
	exec_enter();
	return 0;
}

SEC("?kprobe/__x64_sys_execveat")
int BPF_KPROBE(kprobe_execveat)
{
	exec_enter();
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_execve")
int enter_execve(struct syscall_enter *ctx)
{
	exec_enter();
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_execveat")
int enter_execveat(struct syscall_enter *ctx)
{
	exec_enter();
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_execve")
int exit_execve(struct syscall_exit *ctx)
{
	exec_done(ctx->ret);
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_execveat")
int exit_execveat(struct syscall_exit *ctx)
{
	exec_done(ctx->ret);
	return 0;
}

SEC("?fentry/begin_new_exec")
int BPF_PROG(fentry_begin_new_exec)
{
	exec_flush();
	return 0;
}

SEC("?kprobe/begin_new_exec")
int BPF_KPROBE(kprobe_begin_new_exec)
{
	exec_flush();
	return 0;
}

SEC("?tp_btf/sched_prepare_exec")
int BPF_PROG(tp_sched_prepare_exec)
{
	exec_flush();
	return 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(tp_sched_process_exec, struct task_struct *task, int old_tid,
	     struct linux_binprm *bprm)
{
	if (profiling)
		profiled_exec(task, old_tid, bprm);
	if (exec_return_unseen)
		exec_done(0);
	return 0;
}

SEC("?tp_btf/task_rename")
int BPF_PROG(tp_task_rename, struct task_struct *task)
{
	exec_renamed(task->pid);
	return 0;
}

/* exit */

SEC("?fentry/exit_mmap")
int BPF_PROG(fentry_exit_mmap)
{
	exit_mm_begin();
	return 0;
}

SEC("?fexit/exit_mmap")
int BPF_PROG(fexit_exit_mmap)
{
	exit_mm_done();
	return 0;
}

SEC("?kprobe/exit_mmap")
int BPF_KPROBE(kprobe_exit_mmap)
{
	exit_mm_begin();
	return 0;
}

SEC("?kretprobe/exit_mmap")
int BPF_KRETPROBE(kretprobe_exit_mmap)
{
	exit_mm_done();
	return 0;
}

/* Near the end of exit_mmap(). */
SEC("?tp_btf/exit_mmap")
int BPF_PROG(tp_exit_mmap)
{
	exit_mm_done();
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(tp_sched_process_exit, struct task_struct *task)
{
	struct mm_struct *mm = LOADED_HERE(task->mm);

	if (!profiling || !profiled_exit(task))
		life_exit(task, mm);
	return 0;
}

/* Called in the parent's wait, or in the task itself if nobody waits for it. */
SEC("?fentry/release_task")
int BPF_PROG(fentry_release_task, struct task_struct *task)
{
	life_reaped(task->pid);
	return 0;
}

SEC("?kprobe/release_task")
int BPF_KPROBE(kprobe_release_task, struct task_struct *task)
{
	life_reaped(BPF_CORE_READ(task, pid));
	return 0;
}
