/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What differs between machines, on the kernel side; bpf/arch.h has the rest. */
#pragma once

#include "bpf/arch.h"
#include "bpf/kernel_types.h"

#if defined(__TARGET_ARCH_arm64)

/* What the kernel's functions for system calls begin with. */
#define SYSCALL_STUB "__arm64_sys_"

/* include/uapi/asm-generic/unistd.h; those that are not there have no number. */
enum {
	NR_clone = 220,
	NR_execve = 221,
	NR_execveat = 281,
	NR_clone3 = 435,
	NR_vfork = -1,
};

/*
 * Where a PTE holds the page frame: bits 12 to 47. Above are attributes, which a write can change;
 * kernels with 52-bit physical addresses have four more bits at other places.
 */
#define PTE_PFN_MASK 0x0000fffffffff000UL

/* glibc's vfork passes the caller's own stack: sysdeps/unix/sysv/linux/aarch64/vfork.S. */
#define VFORK_PASSES_STACK true

/* The registers that a system call was entered with. */
struct pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 pstate;
	__u64 orig_x0;
	__s32 syscallno;
} __attribute__((preserve_access_index));

#define SYSCALL_NR(regs)   ((regs)->syscallno)
#define SYSCALL_ARG0(regs) ((regs)->orig_x0)
#define SYSCALL_ARG1(regs) ((regs)->regs[1])

/* arch/arm64/include/asm/ptrace.h: the mode of user programs is EL0, which is 0 */
#define PSTATE_MODE 0xf

/* From the stack pointer on, as registers stand. */
struct user_stack {
	__u64 sp, pc, pstate;
};

static __always_inline bool is_user_stack(const struct user_stack *top)
{
	return !(top->pstate & PSTATE_MODE);
}

/* arch/arm64/include/asm/thread_info.h */
#define TIF_32BIT (1UL << 22)

/* Whether the task runs a 32-bit program: the numbers of its calls differ. */
static __always_inline bool is_compat(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.flags) & TIF_32BIT;
}

/* Without bpf_task_pt_regs(): their place depends on the kernel's version. */
static __always_inline struct pt_regs *user_regs_on_stack(struct task_struct *task)
{
	return NULL;
}

#else

#define SYSCALL_STUB "__x64_sys_"

/* arch/x86/entry/syscalls/syscall_64.tbl */
enum {
	NR_clone = 56,
	NR_vfork = 58,
	NR_execve = 59,
	NR_execveat = 322,
	NR_clone3 = 435,
};

/* Where a PTE holds the page frame: bits 12 to 51. */
#define PTE_PFN_MASK 0x000ffffffffff000UL

#define VFORK_PASSES_STACK false

#define SYSCALL_NR(regs)   ((long)(regs)->orig_rax)
#define SYSCALL_ARG0(regs) ((regs)->rdi)
#define SYSCALL_ARG1(regs) ((regs)->rsi)

/* arch/x86/include/asm/segment.h */
#define USER_DS		   0x2b

/* From the stack pointer on, as registers stand: to the end of the stack. */
struct user_stack {
	__u64 sp, ss;
};

static __always_inline bool is_user_stack(const struct user_stack *top)
{
	return (__u16)top->ss == USER_DS;
}

/* arch/x86/include/asm/thread_info.h: in a 32-bit system call */
#define TS_COMPAT	   0x0002

/* A 32-bit call: its numbers differ. */
static __always_inline bool is_compat(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();

	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
}

/* At the end of a kernel stack of 16 KiB, as without KASAN. */
static __always_inline struct pt_regs *user_regs_on_stack(struct task_struct *task)
{
	return (struct pt_regs *)((char *)BPF_CORE_READ(task, stack) + 16384) - 1;
}

#endif
