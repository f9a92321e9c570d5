/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The frames of a user stack, by the call frame information (DWARF CFI) of the mapped files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/record.h"
#include "user/profile/unwind/space.h"

#define FRAMES_MAX 32

struct frames {
	size_t n;
	uint64_t pc[FRAMES_MAX]; /* innermost first; of the call, not of the return */
	const char *cut; /* why there are no more; NULL: the last is the first of the thread */
};

/* The record must be of this space. */
void unwind(struct space *s, const struct record_stack *r, struct frames *f);

/*
 * "function", or "file+0x123" where the file has no symbol. Any bytes but 0. *of_libc: whether it
 * belongs to the C library.
 */
void unwind_name(const struct space *s, uint64_t pc, char *text, size_t size, bool *of_libc);
