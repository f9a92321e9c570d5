/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The registers of a stack record: the kernel's struct pt_regs of x86-64. */
#pragma once

/* In the order of struct pt_regs. */
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

/* arch/x86/include/asm/segment.h: __USER_CS */
#define USER_CS_64 0x33
