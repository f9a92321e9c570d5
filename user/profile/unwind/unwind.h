/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The frames of a user stack, by the call frame information (DWARF CFI) of the files that are
 * mapped. Only this module knows libdw.
 */
#ifndef SPAWNSCOPE_UNWIND_H
#define SPAWNSCOPE_UNWIND_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/record.h"
#include "user/profile/unwind/map_opener.h"

#define FRAMES_MAX 32

/* An address space as /proc/PID/maps showed it, with the files that it maps. */
struct space;

enum space_fault {
	SPACE_GONE = 1, /* the process, or its program, is another by now */
	SPACE_FORBIDDEN,
	SPACE_FOREIGN, /* no 64-bit x86 program */
};

/*
 * Of the process that the record is of. NULL: out of memory, or *fault says why it cannot be had.
 */
struct space *space__new(struct map_opener *o, const struct record_stack *r,
			 enum space_fault *fault);
void space__free(struct space *s); /* accepts NULL */

/* Whether the record is of this address space: after exec or dlopen it is not. */
bool space__is_of(const struct space *s, const struct record_stack *r);

struct frames {
	size_t n;
	uint64_t pc[FRAMES_MAX]; /* innermost first; of the call, not of the return */
	const char *cut; /* why there are no more; NULL: the last is the first of the thread */
};

void space__unwind(struct space *s, const struct record_stack *r, struct frames *f);

/*
 * "function", or "file+0x123" where the file has no symbol there. Any bytes but 0. *of_libc:
 * whether it is the C library's.
 */
void space__name(const struct space *s, uint64_t pc, char *text, size_t size, bool *of_libc);

#endif
