/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel says of a process's own address space, read from procfs. */
#ifndef SPAWNSCOPE_MAPPING_H
#define SPAWNSCOPE_MAPPING_H

#include <stdint.h>
#include <stdio.h>

/* Bytes, over all VMAs that lie in a range of addresses. */
struct mapping_facts {
	int64_t rss_bytes;
	int64_t anon_huge_bytes;
};

/*
 * Adds up what `smaps` (text as in /proc/PID/smaps) says of the VMAs that overlap [start, end).
 * Reads line by line: with many VMAs the whole text is tens of megabytes. 0 or -ENOENT.
 */
int mapping_parse_smaps(FILE *smaps, uint64_t start, uint64_t end, struct mapping_facts *facts);

/* The same for this process. 0 or -errno. */
int mapping_read_smaps(const volatile void *memory, size_t bytes, struct mapping_facts *facts);

/* The number of VMAs of this process, or -errno. */
int64_t mapping_count_vmas(void);

#endif
