// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The probes. Every program is optional ("?"): user/sources.c names, edge by
 * edge, which programs can mark it, and user/probe.c loads the first of them
 * that this kernel accepts. A program only says where it stands; what it does
 * is in the headers, once for all kinds of probe.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/kernel_types.h"
#include "bpf/record.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Set before loading: the verifier drops what they exclude. */
const volatile bool profiling;	     /* of other programs: who and what, in separate records */
const volatile bool trace_all;	     /* of every task, not only of those followed */
const volatile bool follow_children; /* and of the children of those */
const volatile struct birth_filter filter;
const volatile enum group_by group_by;
const volatile __u32 command_args_max;	 /* bytes of a command's arguments; 0: no command */
const volatile bool exit_starts_at_exit; /* sched_process_exit marks exit_start */
const volatile bool reaping_unseen;	 /* nothing marks the wait that collects a child */
const volatile bool mm_end_seen;	 /* something marks the end of exit_mmap */

/* What is attached: changes while loaded. */
bool count_all;		  /* the dear probes too: count, and read shapes */
bool clone_entry_unseen;  /* the first that is seen of a clone is its mmap_lock, or task_newtask */
bool clone_return_unseen; /* and the last, sched_wakeup_new */
bool exec_return_unseen;  /* the last that is seen of an execve is sched_process_exec */
bool paused;		  /* a profile is over: nothing new is begun */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 24); /* user/probe.c sizes it */
} records SEC(".maps");

#include "bpf/clone.bpf.h"
#include "bpf/cow.bpf.h"
#include "bpf/life.bpf.h"

/* clone: entry and return */

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

/* The last call of kernel_clone if it succeeds; many others make it, too. */
SEC("?kprobe/put_pid")
int BPF_KPROBE(kprobe_put_pid)
{
	clone_success();
	return 0;
}

/* What a syscall tracepoint is given. */
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

/* clone: the parts inside */

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

/* The first call inside dup_mm, which compilers inline; exec calls it too, outside a clone. */
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

/* The last call of copy_signal, right before copy_mm; not made for threads. */
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

/* The next call in copy_process after copy_mm. */
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
 * dup_mmap holds the parent's mmap_lock for writing from its first step to its last, and nothing
 * else in a clone does; the child's lock, which it takes inside, belongs to another mm.
 */
static __always_inline bool own_mm(struct mm_struct *mm)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, mm) == mm;
}

static __always_inline struct slot *mm_lock_acquired(struct mm_struct *mm, bool write)
{
	struct slot *s = write ? maybe_cloning() : NULL;

	if (!s || !own_mm(mm))
		return s;
	*birth_edge(s, EDGE_mm_start) = bpf_ktime_get_ns();
	*birth_edge(s, EDGE_mm_end) = 0;
	return s;
}

static __always_inline struct slot *mm_lock_given_up(struct mm_struct *mm, bool write)
{
	struct slot *s = write ? maybe_cloning() : NULL;

	if (s && *birth_edge(s, EDGE_mm_start) && !*birth_edge(s, EDGE_mm_end) && own_mm(mm))
		*birth_edge(s, EDGE_mm_end) = bpf_ktime_get_ns();
	return s;
}

SEC("?tp_btf/mmap_lock_acquire_returned")
int BPF_PROG(tp_mmap_lock_acquire_returned, struct mm_struct *mm, bool write, bool success)
{
	if (success)
		mm_lock_acquired(mm, write);
	return 0;
}

SEC("?tp_btf/mmap_lock_released")
int BPF_PROG(tp_mmap_lock_released, struct mm_struct *mm, bool write)
{
	mm_lock_given_up(mm, write);
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
	clone_newtask(child, flags, false);
	return 0;
}

SEC("?tp_btf/sched_wakeup_new")
int BPF_PROG(tp_sched_wakeup_new, struct task_struct *child)
{
	clone_woken(child, false);
	return 0;
}

/* first run */

/* The first thing a child does, once in its life. */
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

/* A task that never left a CPU has not been on one before. */
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
int BPF_PROG(tp_sched_process_exec)
{
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

/* Near the end of exit_mmap. */
SEC("?tp_btf/exit_mmap")
int BPF_PROG(tp_exit_mmap)
{
	exit_mm_done();
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(tp_sched_process_exit, struct task_struct *task)
{
	life_exit(task, LOADED_HERE(task->mm));
	return 0;
}

/* In the parent's wait; in the task itself where nobody waits for it. */
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

/* copy-on-write */

SEC("?fentry/do_wp_page")
int BPF_PROG(fentry_do_wp_page, struct vm_fault *vmf)
{
	cow_pte_enter(vmf, false);
	return 0;
}

SEC("?fexit/do_wp_page")
int BPF_PROG(fexit_do_wp_page)
{
	cow_pte_exit(false);
	return 0;
}

SEC("?kprobe/do_wp_page")
int BPF_KPROBE(kprobe_do_wp_page, struct vm_fault *vmf)
{
	cow_pte_enter(vmf, false);
	return 0;
}

SEC("?kretprobe/do_wp_page")
int BPF_KRETPROBE(kretprobe_do_wp_page)
{
	cow_pte_exit(false);
	return 0;
}

SEC("?fentry/do_huge_pmd_wp_page")
int BPF_PROG(fentry_do_huge_pmd_wp_page)
{
	cow_pmd_enter(false);
	return 0;
}

/* Its parameters differ between kernels, so the result is asked for (bpf_get_func_ret, 5.17). */
SEC("?fexit/do_huge_pmd_wp_page")
int BPF_PROG(fexit_do_huge_pmd_wp_page)
{
	__u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	cow_pmd_exit(ret, false);
	return 0;
}

SEC("?kprobe/do_huge_pmd_wp_page")
int BPF_KPROBE(kprobe_do_huge_pmd_wp_page)
{
	cow_pmd_enter(false);
	return 0;
}

SEC("?kretprobe/do_huge_pmd_wp_page")
int BPF_KRETPROBE(kretprobe_do_huge_pmd_wp_page, long ret)
{
	cow_pmd_exit(ret, false);
	return 0;
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(tp_page_fault_user, unsigned long address, void *regs, unsigned long error_code)
{
	cow_fault(address, error_code, false);
	return 0;
}

/* The kernel's own writes: what system calls hand out, the tid that CLONE_CHILD_SETTID asks for. */
SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(tp_page_fault_kernel, unsigned long address, void *regs, unsigned long error_code)
{
	cow_fault(address, error_code, false);
	return 0;
}

SEC("?tp_btf/mm_page_alloc")
int BPF_PROG(tp_mm_page_alloc, struct page *page, unsigned int order, unsigned int gfp)
{
	cow_page_alloc(order, gfp, false);
	return 0;
}

SEC("?perf_event")
int perf_page_fault(struct perf_event_context *ctx)
{
	cow_accounted(ctx->addr, false);
	return 0;
}

#include "bpf/profile_programs.bpf.h"
