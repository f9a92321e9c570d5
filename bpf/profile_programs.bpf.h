/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs that only a profile uses; part of bpf/spawnscope.bpf.c. */
#ifndef SPAWNSCOPE_PROFILE_PROGRAMS_BPF_H
#define SPAWNSCOPE_PROFILE_PROGRAMS_BPF_H

/*
 * All system calls in one program, for a profile: each tracepoint of a single call takes the kernel
 * some 80 ms to detach, one after the other, and these two take none. Numbers of x86-64.
 */
enum {
	NR_clone = 56,
	NR_fork = 57,
	NR_vfork = 58,
	NR_execve = 59,
	NR_execveat = 322,
	NR_clone3 = 435,
};

static __always_inline bool is_ours(long nr)
{
	return (nr >= NR_clone && nr <= NR_execve) || nr == NR_execveat || nr == NR_clone3;
}

/* Such a call has other numbers. */
static __always_inline bool is_compat(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

static __always_inline void syscall_clone3(const void *user_args)
{
	__u64 args[6] = {}; /* struct clone_args: flags comes first, stack sixth */

	bpf_probe_read_user(args, sizeof(args), user_args);
	clone_enter(args[0] | (args[5] ? CLONE_HAS_STACK : 0));
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(tp_sys_enter, struct pt_regs *regs, long nr)
{
	if (!is_ours(nr) || is_compat())
		return 0;
	if (nr == NR_execve || nr == NR_execveat)
		exec_enter();
	else if (nr == NR_clone3)
		syscall_clone3((const void *)regs->rdi);
	else if (nr == NR_clone)
		clone_enter((__u32)regs->rdi | (regs->rsi ? CLONE_HAS_STACK : 0));
	else
		clone_enter(nr == NR_vfork ? CLONE_VM | CLONE_VFORK : 0);
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(tp_sys_exit, struct pt_regs *regs, long ret)
{
	long nr = regs->orig_rax;

	if (!is_ours(nr) || is_compat())
		return 0;
	if (nr == NR_execve || nr == NR_execveat)
		exec_done(ret);
	else
		clone_return(ret);
	return 0;
}

/*
 * Of a profile: at the same places as programs above, which are a bench's, so that this costs a
 * bench nothing.
 */

SEC("?tp_btf/mmap_lock_acquire_returned")
int BPF_PROG(profile_mm_lock, struct mm_struct *mm, bool write, bool success)
{
	if (success && !mm_lock_acquired(mm, write) && write && clone_entry_unseen && own_mm(mm))
		mm_lock_taken();
	return 0;
}

SEC("?tp_btf/mmap_lock_released")
int BPF_PROG(profile_mm_unlock, struct mm_struct *mm, bool write)
{
	if (!mm_lock_given_up(mm, write) && write && clone_entry_unseen && own_mm(mm))
		mm_lock_released();
	return 0;
}

SEC("?tp_btf/task_newtask")
int BPF_PROG(profile_newtask, struct task_struct *child, unsigned long flags)
{
	clone_newtask(child, flags, true);
	return 0;
}

SEC("?tp_btf/sched_wakeup_new")
int BPF_PROG(profile_woken, struct task_struct *child)
{
	clone_woken(child, true);
	return 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(profile_exec, struct task_struct *task, int old_tid, struct linux_binprm *bprm)
{
	profiled_exec(task, old_tid, bprm);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(profile_exit, struct task_struct *task)
{
	if (!profiled_exit(task))
		life_exit(task);
	return 0;
}

SEC("?iter/task")
int profile_find(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task)
		follow_local(task);
	return 0;
}

#endif
