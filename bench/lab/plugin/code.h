/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* As much decoding of x86-64 code as counting and following calls needs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_BYTES  15 /* the longest instruction */
#define CODE_KERNEL 0xffff800000000000
#define STACK_SHIFT 14 /* THREAD_SIZE of x86-64: a kernel stack is known by its address above */

/* How control leaves a block of code. */
enum code_end {
	CODE_ON,   /* to the instruction behind it */
	CODE_JUMP, /* directly, perhaps by a condition */
	CODE_JUMP_REGISTER,
	CODE_JUMP_MEMORY,
	CODE_CALL,
	CODE_RETURN,
	CODE_SYSCALL,
	CODE_SYSRET,
	CODE_IRET,
};

struct code {
	uint8_t opcode; /* behind prefixes, and behind 0f */
	bool extended;	/* 0f came before */
	uint8_t modrm;	/* the byte after it */
	bool repeats;	/* it has a repeat prefix */
};

/* Of an instruction's CODE_BYTES bytes. */
struct code code_decode(const uint8_t *bytes);
enum code_end code_end(const struct code *c);
bool code_is_string(const struct code *c);
bool code_is_push_or_pop(const struct code *c); /* of a register */
bool code_is_clock(const struct code *c);	/* rdtsc, rdtscp */
