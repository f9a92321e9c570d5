/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs that only a profile uses; part of bpf/spawnscope.bpf.c. */
#pragma once

#include "bpf/arch.bpf.h"

/*
 * All system calls in one program: the kernel takes some 80 ms to detach each tracepoint of a
 * single system call, and none for these two. The numbers from clone to execve are all ours.
 */
static __always_inline bool is_ours(long nr)
{
	return (nr >= NR_clone && nr <= NR_execve) || nr == NR_execveat || nr == NR_clone3;
}

static __always_inline bool is_exec(long nr)
{
	return nr == NR_execve || nr == NR_execveat;
}

/* What the flags of this call, which is no exec, would be for clone(). */
static __always_inline __u64 flags_of_call(long nr, __u64 arg0, __u64 arg1)
{
	if (nr == NR_clone3)
		return clone3_flags(arg0);
	if (nr == NR_clone)
		return clone_flags(arg0, arg1);
	return nr == NR_vfork ? CLONE_VM | CLONE_VFORK : 0;
}

static __always_inline void any_enter(long nr, __u64 arg0, __u64 arg1)
{
	if (is_exec(nr))
		exec_enter();
	else
		clone_enter(flags_of_call(nr, arg0, arg1));
}

static __always_inline void any_exit(long nr, long ret)
{
	struct task_struct *current;
	struct pt_regs *regs;
	__u64 arg0 = 0, arg1 = 0;

	if (is_exec(nr)) {
		exec_done(ret);
	} else if (ret >= 0 || cloning(&current)) {
		clone_return(ret);
	} else if (clone_at_syscall) {
		/* A call that is refused before its entry has only its exit's tracepoint. */
		regs = user_regs(current);
		bpf_probe_read_kernel(&arg0, sizeof(arg0), &SYSCALL_ARG0(regs));
		bpf_probe_read_kernel(&arg1, sizeof(arg1), &SYSCALL_ARG1(regs));
		clone_refused(flags_of_call(nr, arg0, arg1), ret);
	}
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(tp_sys_enter, struct pt_regs *regs, long nr)
{
	if (is_ours(nr) && !is_compat())
		any_enter(nr, SYSCALL_ARG0(regs), SYSCALL_ARG1(regs));
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit, struct pt_regs *regs, long ret)
{
	long nr = SYSCALL_NR(regs);

	if (is_ours(nr) && !is_compat())
		any_exit(nr, ret);
	return 0;
}

/* The same as perf events, which run with preemption off; some 200 instructions slower. */

EVENT("raw_syscalls/sys_enter", event_sys_enter(struct syscall_enter *ctx),
      if (is_ours(ctx->nr) && !is_compat()) any_enter(ctx->nr, ctx->args[0], ctx->args[1]))
EVENT("raw_syscalls/sys_exit", event_sys_exit(struct syscall_exit *ctx),
      if (is_ours(ctx->nr) && !is_compat()) any_exit(ctx->nr, ctx->ret))

SEC("?iter/task")
int find_process(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		compare_local(task);
	return 0;
}
