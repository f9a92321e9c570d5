/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside profile: the kernel's count of births, beside ours. */
#pragma once

#include <stdint.h>

/* Births of all processes, both counted at the same moment. */
struct birth_counts {
	int64_t kernel; /* since boot, by /proc/stat; MISSING if unknown */
	int64_t ours;	/* since probe__begin() */
};

/* Reads both. `kernel` is MISSING if births never paused for long enough. */
typedef struct birth_counts birth_counts_fn(const void *context);

/*
 * The last of several readings, a millisecond apart, without births under way: the kernel counts a
 * birth some time before it wakes the child (copy_process), which is when we do. In between, the
 * birth is in its count alone; and parents are often preempted just there, since the kernel enables
 * interrupts right after it has counted. So the smallest difference of all readings holds: births
 * that we miss are in the difference of every later reading. Too large by those that were under way
 * in all readings.
 */
struct birth_counts birth_counts_settled(birth_counts_fn *read, const void *context);
