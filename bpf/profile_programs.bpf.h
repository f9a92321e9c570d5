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
	struct mm_struct *mm = LOADED_HERE(task->mm);

	if (!profiled_exit(task))
		life_exit(task, mm);
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

/* copy-on-write, with the faults of threads that are not their group's leader */

SEC("?fentry/do_wp_page")
int BPF_PROG(profile_fentry_do_wp_page, struct vm_fault *vmf)
{
	cow_pte_enter(vmf, true);
	return 0;
}

SEC("?fexit/do_wp_page")
int BPF_PROG(profile_fexit_do_wp_page)
{
	cow_pte_exit(true);
	return 0;
}

SEC("?kprobe/do_wp_page")
int BPF_KPROBE(profile_kprobe_do_wp_page, struct vm_fault *vmf)
{
	cow_pte_enter(vmf, true);
	return 0;
}

SEC("?kretprobe/do_wp_page")
int BPF_KRETPROBE(profile_kretprobe_do_wp_page)
{
	cow_pte_exit(true);
	return 0;
}

SEC("?fentry/do_huge_pmd_wp_page")
int BPF_PROG(profile_fentry_do_huge_pmd_wp_page)
{
	cow_pmd_enter(true);
	return 0;
}

/* Its parameters differ between kernels, so the result is asked for (bpf_get_func_ret, 5.17). */
SEC("?fexit/do_huge_pmd_wp_page")
int BPF_PROG(profile_fexit_do_huge_pmd_wp_page)
{
	__u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	cow_pmd_exit(ret, true);
	return 0;
}

SEC("?kprobe/do_huge_pmd_wp_page")
int BPF_KPROBE(profile_kprobe_do_huge_pmd_wp_page)
{
	cow_pmd_enter(true);
	return 0;
}

SEC("?kretprobe/do_huge_pmd_wp_page")
int BPF_KRETPROBE(profile_kretprobe_do_huge_pmd_wp_page, long ret)
{
	cow_pmd_exit(ret, true);
	return 0;
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(profile_page_fault_user, unsigned long address, void *regs, unsigned long error_code)
{
	cow_fault(address, error_code, true);
	return 0;
}

SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(profile_page_fault_kernel, unsigned long address, void *regs, unsigned long error_code)
{
	cow_fault(address, error_code, true);
	return 0;
}

SEC("?tp_btf/mm_page_alloc")
int BPF_PROG(profile_page_alloc, struct page *page, unsigned int order, unsigned int gfp)
{
	cow_page_alloc(order, gfp, true);
	return 0;
}

SEC("?perf_event")
int profile_page_fault(struct perf_event_context *ctx)
{
	cow_accounted(ctx->addr, true);
	return 0;
}

#endif
