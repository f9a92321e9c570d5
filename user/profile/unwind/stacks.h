/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The user stacks of a profile by stack: records in, named stacks out. Bounded: at most GROUPS_MAX
 * different stacks, and the address spaces that were used last.
 */
#pragma once

#include <stdbool.h>

#include "bench/shared/fault.h"
#include "user/model/birth.h"

struct stacks;

/*
 * Call it with privileges: it starts a child (map_opener.h) that keeps them. 0, or -errno with one
 * line in `why`.
 */
int stacks__new(struct stacks **stacks, struct fault *why);
void stacks__free(struct stacks *s); /* accepts NULL; frees its stacks, too */

/* Unwinds a RECORD_STACK. Call it soon: the process must still exist. 0, -ENOMEM or -EINVAL. */
int stacks__add(struct stacks *s, const struct record_head *record, size_t size);

bool stacks__has(const struct stacks *s, uint32_t tid, uint64_t number);

/* The stack of that record; NULL: none. */
const struct stack *stacks__find(const struct stacks *s, uint32_t tid, uint64_t number);

/* The same, and forgets which record it was of. */
const struct stack *stacks__take(struct stacks *s, uint32_t tid, uint64_t number);
