/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who called: the user stacks of a profile by stack, by their functions' names. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Frames that a stack has at most; the last may say why there are no more. */
#define STACK_FRAMES_MAX 64

struct stack {
	uint64_t id;  /* 1, 2, ... in its table */
	char *frames; /* names, innermost first, each with its zero byte; any bytes but 0 */
	size_t bytes, count;
	size_t libc;	 /* of these, how many innermost ones are the C library's; 0 if all are */
	const char *own; /* "c < b < main": but those; like `all`, for people */
	char *all;
};

/* Those of a run, each once. */
struct stack_table {
	struct stack **v;
	size_t n;
	uint16_t *places; /* hash table by frames: 1 + index of a stack, or 0 */
};

/*
 * The stack with these frames (`count` of them, `bytes` in all). There may be GROUPS_MAX;
 * what comes after them is one stack, "(other stacks)". NULL: out of memory.
 */
const struct stack *stack_table__intern(struct stack_table *t, const char *frames, size_t bytes,
					size_t count, size_t libc);

/* The same of a text that stands for a stack: "[unknown: gone]". */
const struct stack *stack_table__intern_text(struct stack_table *t, const char *text);

void stack_table__free(struct stack_table *t); /* frees what t holds */
