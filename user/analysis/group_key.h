/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* By what births are grouped: the key of a birth's group, and what the group is called. */
#pragma once

#include "bpf/record.h"
#include "user/model/birth.h"

/* The second part of a key by stack, where the first is 0. */
enum { GROUP_STACK_NOT_TAKEN = 1, GROUP_STACK_OF_KERNEL, GROUP_STACK_LOST };

/* As the kernel side makes it: group_of_current() of bpf/profile.bpf.h. */
struct group_key group_key_of(enum group_by by, const struct birth *b);

/*
 * What a group is called, malloc'ed: any bytes but 0. `b` is a birth of it, or NULL if none was
 * received. NULL: out of memory.
 */
char *group_key_label(enum group_by by, const struct group_key *key, const struct birth *b);

/* The program that the parent runs; of a kernel thread, or NULL, a word in brackets. */
const char *group_key_exe(const struct birth *b);
