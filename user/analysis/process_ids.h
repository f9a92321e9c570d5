/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which process an id meant at a time: the kernel reuses ids of reaped processes. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define REUSE_BUCKETS 65536

struct use;

struct reuse {
	struct use *v;
	size_t n, cap;
	uint32_t bucket[REUSE_BUCKETS]; /* 1 + the newest with that hash, or 0 */
};

/* A process with this id begins, CLOCK_MONOTONIC ns; in any order. 0 or -ENOMEM. */
int reuse__begin(struct reuse *r, uint32_t pid, uint64_t t);

/*
 * The number of the process that had the id at that time, 0 for the first that is known: the one
 * that began last before it. A process whose beginning is unknown has a number of its own, too.
 * 0 or -ENOMEM.
 */
int reuse__number(struct reuse *r, uint32_t pid, uint64_t t, uint32_t *number);

void reuse__free(struct reuse *r); /* frees what r holds, not r */
