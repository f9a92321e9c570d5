/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs for the edges and sums of a clone call; part of bpf/spawnscope.bpf.c. */
#pragma once

#include "bpf/program.bpf.h"

/* entry and return */

FENTRY(kernel_clone, clone_enter(args->flags | own_stack(args->stack)),
       struct kernel_clone_args *args)
FEXIT(kernel_clone, clone_return(ret), struct kernel_clone_args *args, int ret)
KPROBE(kernel_clone,
       clone_enter(BPF_CORE_READ(args, flags) | own_stack(BPF_CORE_READ(args, stack))),
       struct kernel_clone_args *args)

/* kernel_clone()'s last call if it succeeds; put_pid() has many other callers. */
KPROBE(put_pid, clone_success(pid), struct pid *pid)

static __always_inline __u64 clone_flags(__u64 flags, __u64 stack)
{
	return (__u32)flags | own_stack(stack);
}

static __always_inline __u64 clone3_flags(__u64 user_args)
{
	__u64 args[6] = {}; /* struct clone_args: flags comes first, stack sixth */

	bpf_probe_read_user(args, sizeof(args), (const void *)user_args);
	return args[0] | own_stack(args[5]);
}

SYSCALL_ENTER(clone, clone_enter(clone_flags(ctx->args[0], ctx->args[1])))
SYSCALL_ENTER(clone3, clone_enter(clone3_flags(ctx->args[0])))
FORK_CALLS(SYSCALL_ENTER(fork, clone_enter(0)))
FORK_CALLS(SYSCALL_ENTER(vfork, clone_enter(CLONE_VM | CLONE_VFORK)))

SYSCALL_EXIT(clone, clone_return(ctx->ret))
SYSCALL_EXIT(clone3, clone_return(ctx->ret))
FORK_CALLS(SYSCALL_EXIT(fork, clone_return(ctx->ret)))
FORK_CALLS(SYSCALL_EXIT(vfork, clone_return(ctx->ret)))

/* inside the call */

AT_ENTRY(dup_fd, clone_files(-1))
AT_RETURN(dup_fd, clone_files(1))

/* The first call in dup_mm(), which compilers inline. exec calls it, too, but outside a clone. */
AT_ENTRY(mm_init, clone_mark(EDGE_mm_start))

/* The last call of copy_signal(), right before copy_mm(); threads do not make it. */
AT_ENTRY(sched_autogroup_fork, clone_mark_copy())

static __always_inline void mm_copied(unsigned long flags)
{
	if (!(flags & CLONE_VM))
		clone_mark(EDGE_mm_end);
}

/* The next call in copy_process() after copy_mm(). */
FENTRY(copy_namespaces, mm_copied(flags), unsigned long flags)
KPROBE(copy_namespaces, mm_copied(flags), unsigned long flags)

/*
 * dup_mmap() holds the parent's mmap_lock for writing from start to end, and nothing else in a
 * clone does. The child's lock, which it takes inside, belongs to another mm.
 */
static __always_inline bool own_mm(struct mm_struct *mm, struct task_struct *current)
{
	return BPF_CORE_READ(current, mm) == mm;
}

static __always_inline void mm_write_locked(struct mm_struct *mm)
{
	struct task_struct *current = current_task();
	struct slot *s = maybe_cloning(current);

	if (s && own_mm(mm, current)) {
		birth_mark(s, EDGE_mm_start, current);
		*birth_edge(s, EDGE_mm_end) = 0;
	}
}

static __always_inline void mm_write_unlocked(struct mm_struct *mm)
{
	struct task_struct *current = current_task();
	struct slot *s = maybe_cloning(current);

	if (s && *birth_edge(s, EDGE_mm_start) && !*birth_edge(s, EDGE_mm_end) &&
	    own_mm(mm, current))
		birth_mark(s, EDGE_mm_end, current);
}

TRACEPOINT(mmap_lock_acquire_returned,
	   if (MMAP_LOCK_ARG(2) && MMAP_LOCK_ARG(1)) mm_write_locked(mm), struct mm_struct *mm)
TRACEPOINT(mmap_lock_released, if (MMAP_LOCK_ARG(1)) mm_write_unlocked(mm), struct mm_struct *mm)

AT_ENTRY(copy_page_range, clone_pages(-1))
AT_RETURN(copy_page_range, clone_pages(1))

TRACEPOINT(task_newtask, clone_child(child, true, flags, current_task()), struct task_struct *child,
	   unsigned long flags)
TRACEPOINT(sched_wakeup_new, clone_woken(child), struct task_struct *child)
