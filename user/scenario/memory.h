/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The memory of a process, as the kernel counts it. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* Bytes of smaps_rollup, the page tables of status; what was not found is MISSING. */
struct memory_use {
	int64_t rss, pss;
	int64_t private_bytes; /* mapped by this process alone */
	int64_t shared_bytes;
	int64_t private_dirty;
	int64_t huge_bytes; /* of it, in huge pages */
	int64_t page_table_bytes;
};

/* 0, or -errno: the process is gone, or not ours to look at. 0 for `pid` is this process. */
int memory_use_of(pid_t pid, struct memory_use *use);

/* What programs can still take without swapping (MemAvailable), bytes; MISSING: not known. */
int64_t memory_available(void);

/*
 * Maps memory with pages of 4 KiB, or with huge ones, until the process ends. NULL and errno. It is
 * not touched yet.
 */
void *memory_map(int64_t bytes, int huge);
