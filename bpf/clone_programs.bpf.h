/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs for the edges and sums of a clone call; part of bpf/spawnscope.bpf.c. */
#pragma once

/* entry and return */

SEC("?fentry/kernel_clone")
int BPF_PROG(fentry_kernel_clone, struct kernel_clone_args *args)
{
	clone_enter(args->flags | (args->stack ? CLONE_HAS_STACK : 0));
	return 0;
}

SEC("?fexit/kernel_clone")
int BPF_PROG(fexit_kernel_clone, struct kernel_clone_args *args, int ret)
{
	clone_return(ret);
	return 0;
}

SEC("?kprobe/kernel_clone")
int BPF_KPROBE(kprobe_kernel_clone, struct kernel_clone_args *args)
{
	clone_enter(BPF_CORE_READ(args, flags) |
		    (BPF_CORE_READ(args, stack) ? CLONE_HAS_STACK : 0));
	return 0;
}

/* kernel_clone()'s last call if it succeeds; put_pid() has many other callers. */
SEC("?kprobe/put_pid")
int BPF_KPROBE(kprobe_put_pid)
{
	clone_success();
	return 0;
}

/* Contexts of the syscall tracepoints. */
struct syscall_enter {
	__u64 common;
	__u64 nr;
	__u64 args[6];
};

struct syscall_exit {
	__u64 common;
	__u64 nr;
	__s64 ret;
};

SEC("?tracepoint/syscalls/sys_enter_clone")
int enter_clone(struct syscall_enter *ctx)
{
	clone_enter((__u32)ctx->args[0] | (ctx->args[1] ? CLONE_HAS_STACK : 0));
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_clone3")
int enter_clone3(struct syscall_enter *ctx)
{
	__u64 args[6] = {}; /* struct clone_args: flags comes first, stack sixth */

	bpf_probe_read_user(args, sizeof(args), (void *)ctx->args[0]);
	clone_enter(args[0] | (args[5] ? CLONE_HAS_STACK : 0));
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_fork")
int enter_fork(struct syscall_enter *ctx)
{
	clone_enter(0);
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_vfork")
int enter_vfork(struct syscall_enter *ctx)
{
	clone_enter(CLONE_VM | CLONE_VFORK);
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_clone")
int exit_clone(struct syscall_exit *ctx)
{
	clone_return(ctx->ret);
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_clone3")
int exit_clone3(struct syscall_exit *ctx)
{
	clone_return(ctx->ret);
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_fork")
int exit_fork(struct syscall_exit *ctx)
{
	clone_return(ctx->ret);
	return 0;
}

SEC("?tracepoint/syscalls/sys_exit_vfork")
int exit_vfork(struct syscall_exit *ctx)
{
	clone_return(ctx->ret);
	return 0;
}

/* inside the call */

SEC("?fentry/dup_fd")
int BPF_PROG(fentry_dup_fd)
{
	clone_files(-1);
	return 0;
}

SEC("?fexit/dup_fd")
int BPF_PROG(fexit_dup_fd)
{
	clone_files(1);
	return 0;
}

SEC("?kprobe/dup_fd")
int BPF_KPROBE(kprobe_dup_fd)
{
	clone_files(-1);
	return 0;
}

SEC("?kretprobe/dup_fd")
int BPF_KRETPROBE(kretprobe_dup_fd)
{
	clone_files(1);
	return 0;
}

/* The first call in dup_mm(), which compilers inline. exec calls it, too, but outside a clone. */
SEC("?fentry/mm_init")
int BPF_PROG(fentry_mm_init)
{
	clone_mark(EDGE_mm_start);
	return 0;
}

SEC("?kprobe/mm_init")
int BPF_KPROBE(kprobe_mm_init)
{
	clone_mark(EDGE_mm_start);
	return 0;
}

/* The last call of copy_signal(), right before copy_mm(); threads do not make it. */
SEC("?fentry/sched_autogroup_fork")
int BPF_PROG(fentry_sched_autogroup_fork)
{
	clone_mark_copy();
	return 0;
}

SEC("?kprobe/sched_autogroup_fork")
int BPF_KPROBE(kprobe_sched_autogroup_fork)
{
	clone_mark_copy();
	return 0;
}

/* The next call in copy_process() after copy_mm(). */
SEC("?fentry/copy_namespaces")
int BPF_PROG(fentry_copy_namespaces, unsigned long flags)
{
	if (!(flags & CLONE_VM))
		clone_mark(EDGE_mm_end);
	return 0;
}

SEC("?kprobe/copy_namespaces")
int BPF_KPROBE(kprobe_copy_namespaces, unsigned long flags)
{
	if (!(flags & CLONE_VM))
		clone_mark(EDGE_mm_end);
	return 0;
}

/*
 * dup_mmap() holds the parent's mmap_lock for writing from start to end, and nothing else in a
 * clone does. The child's lock, which it takes inside, belongs to another mm.
 */
static __always_inline bool own_mm(struct mm_struct *mm)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, mm) == mm;
}

static __always_inline void mm_write_locked(struct mm_struct *mm)
{
	struct slot *s = maybe_cloning();

	if (s && own_mm(mm)) {
		*birth_edge(s, EDGE_mm_start) = bpf_ktime_get_ns();
		*birth_edge(s, EDGE_mm_end) = 0;
	}
	if (!s && profiling && clone_entry_unseen && own_mm(mm))
		mm_lock_taken();
}

static __always_inline void mm_write_unlocked(struct mm_struct *mm)
{
	struct slot *s = maybe_cloning();

	if (s && *birth_edge(s, EDGE_mm_start) && !*birth_edge(s, EDGE_mm_end) && own_mm(mm))
		*birth_edge(s, EDGE_mm_end) = bpf_ktime_get_ns();
	if (!s && profiling && clone_entry_unseen && own_mm(mm))
		mm_lock_released();
}

SEC("?tp_btf/mmap_lock_acquire_returned")
int BPF_PROG(tp_mmap_lock_acquire_returned, struct mm_struct *mm, bool write, bool success)
{
	if (success && write)
		mm_write_locked(mm);
	return 0;
}

SEC("?tp_btf/mmap_lock_released")
int BPF_PROG(tp_mmap_lock_released, struct mm_struct *mm, bool write)
{
	if (write)
		mm_write_unlocked(mm);
	return 0;
}

SEC("?fentry/copy_page_range")
int BPF_PROG(fentry_copy_page_range)
{
	clone_pages(-1);
	return 0;
}

SEC("?fexit/copy_page_range")
int BPF_PROG(fexit_copy_page_range)
{
	clone_pages(1);
	return 0;
}

SEC("?kprobe/copy_page_range")
int BPF_KPROBE(kprobe_copy_page_range)
{
	clone_pages(-1);
	return 0;
}

SEC("?kretprobe/copy_page_range")
int BPF_KRETPROBE(kretprobe_copy_page_range)
{
	clone_pages(1);
	return 0;
}

SEC("?tp_btf/task_newtask")
int BPF_PROG(tp_task_newtask, struct task_struct *child, unsigned long flags)
{
	clone_newtask(child, flags);
	return 0;
}

SEC("?tp_btf/sched_wakeup_new")
int BPF_PROG(tp_sched_wakeup_new, struct task_struct *child)
{
	clone_woken(child);
	return 0;
}
