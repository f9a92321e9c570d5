/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user stacks of a profile by stack: records come in, named stacks go out. Bounded: GROUPS_MAX
 * different stacks, and the address spaces that were seen last.
 */
#ifndef SPAWNSCOPE_STACKS_H
#define SPAWNSCOPE_STACKS_H

#include <stdbool.h>

#include "bench/shared/fault.h"
#include "user/model/birth.h"

struct stacks;

/*
 * To be called with privileges, of which a child keeps what it takes to open the files of other
 * processes. 0, or -errno with one line in `why`.
 */
int stacks__new(struct stacks **stacks, struct fault *why);
void stacks__free(struct stacks *s); /* accepts NULL; frees the stacks that it has named */

/* Takes a RECORD_STACK, soon after it came: the process has to live. 0, -ENOMEM or -EINVAL. */
int stacks__add(struct stacks *s, const struct record_head *record, size_t size);

bool stacks__has(const struct stacks *s, uint32_t tid, uint64_t number);

/* The stack of that record; NULL: there is none. */
const struct stack *stacks__find(const struct stacks *s, uint32_t tid, uint64_t number);

/* The same, for the last time. */
const struct stack *stacks__take(struct stacks *s, uint32_t tid, uint64_t number);

#endif
