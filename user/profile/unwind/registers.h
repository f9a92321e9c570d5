/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The registers of a stack record, for each machine: bpf/arch.h says where the stack pointer and
 * the program counter are.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <linux/types.h>

#include "bpf/arch.h"

#if defined(__aarch64__)

/* struct user_pt_regs of arm64: x0 to x30, sp, pc, pstate. */
enum { REGISTER_LR = 30, REGISTER_PSTATE = 33 };

/*
 * By DWARF's register numbers (DWARF for the Arm 64-bit Architecture, table 4.1): 0 to 30, then sp.
 * libdw takes the program counter by itself.
 */
static const int dwarf_order[] = {
	0,  1,	2,  3,	4,  5,	6,  7,	8,  9,	10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, REGISTER_SP,
};

/* Whether a 64-bit program was in user mode: arch/arm64/include/uapi/asm/ptrace.h, PSR_MODE_EL0t */
static inline bool registers_known(const __u64 *registers)
{
	return registers[REGISTER_SP] && !(registers[REGISTER_PSTATE] & 0x1f);
}

/*
 * A word of the stack as the unwinder wants it: return addresses can be signed (pointer
 * authentication), in the bits above the 48 of an address, which are 0 in a user's.
 */
static inline uint64_t without_signature(uint64_t word)
{
	return word & 0x0000ffffffffffffULL;
}

/* At the first instruction of a function: where the address is to which it returns. */
enum { RETURN_IS_ON_STACK = 0, RETURN_REGISTER = REGISTER_LR };

#else

/* struct pt_regs of x86-64. */
enum {
	REG_R15,
	REG_R14,
	REG_R13,
	REG_R12,
	REG_RBP,
	REG_RBX,
	REG_R11,
	REG_R10,
	REG_R9,
	REG_R8,
	REG_RAX,
	REG_RCX,
	REG_RDX,
	REG_RSI,
	REG_RDI,
	REG_ORIG_RAX,
	REG_RIP,
	REG_CS,
	REG_FLAGS,
	REG_RSP,
};
_Static_assert(REG_RIP == REGISTER_PC && REG_RSP == REGISTER_SP, "bpf/arch.h has others");

/* By DWARF's register numbers: psABI of x86-64, figure 3.36. */
static const int dwarf_order[] = {
	REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
	REG_R9,	 REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP,
};

/* Whether a 64-bit program was in user mode: arch/x86/include/asm/segment.h, __USER_CS */
static inline bool registers_known(const __u64 *registers)
{
	return registers[REG_CS] == 0x33;
}

static inline uint64_t without_signature(uint64_t word)
{
	return word;
}

enum { RETURN_IS_ON_STACK = 1, RETURN_REGISTER = 0 }; /* none */

#endif
