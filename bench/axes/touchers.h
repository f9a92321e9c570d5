/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Threads that touch memory beside the calls under test, and how long they are kept waiting. Each
 * writes to a fresh page, which faults, and in turn gives it back (MADV_DONTNEED). Both take the
 * mmap_lock for reading, or, since 6.4, the lock of the VMA, and a fork holds these for writing
 * while it copies. They rest between two touches, so that they leave the locks to the fork.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the threads had to wait in one window, ns. */
struct touch_wait {
	int64_t worst; /* the longest touch of any thread */
	int64_t sum;   /* over the threads: the longest touch of each */
};

/*
 * Remembers on which CPUs they may run: before the calling thread is pinned. They run on these
 * without the one that it is pinned to, from axis_touchers.build() until the process ends.
 */
void touchers_note_cpus(void);

/* Whether there are any. */
bool touchers_run(void);

/* A window begins: touches that end from now on count. */
void touchers_begin(void);

/*
 * Touches that began before `end_ns`, which is past, counted. Waits until each thread has made a
 * touch that ended later. So each has one that counts: if no touch began in the window, the next.
 */
void touchers_end(int64_t end_ns, struct touch_wait *wait);
