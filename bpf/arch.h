/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What differs between machines, for both sides; bpf/arch.bpf.h has what only the kernel side
 * needs. Another machine is a branch here, one there, one in user/profile/unwind/registers.h, and
 * one in user/collect/machine.c.
 */
#pragma once

#if defined(__TARGET_ARCH_arm64) || defined(__aarch64__)

/* Words of struct user_pt_regs (arch/arm64/include/uapi/asm/ptrace.h), and the places of two. */
#define STACK_REGISTERS 34
#define REGISTER_SP	31
#define REGISTER_PC	32

/* System calls: there are no fork and vfork; C libraries use clone. */
#define FORK_CALLS(...)

#else /* x86-64 */

/* Words of struct pt_regs (arch/x86/include/uapi/asm/ptrace.h), and the places of two. */
#define STACK_REGISTERS 21
#define REGISTER_SP	19
#define REGISTER_PC	16

/* System calls fork and vfork: what is only there if they are. */
#define FORK_CALLS(...) __VA_ARGS__

#endif
