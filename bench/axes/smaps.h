/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The process's own address space, read from procfs. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Sums in bytes over the VMAs in an address range, and flags that any of them has. */
struct smaps_facts {
	int64_t rss_bytes; /* without hugetlb */
	int64_t anon_bytes;
	int64_t anon_huge_bytes;
	int64_t hugetlb_bytes; /* private */
	int64_t locked_bytes;
	bool dontfork, wipeonfork;
};

/*
 * Sums up the VMAs of `smaps` (as /proc/PID/smaps) that overlap [start, end). Reads line by line:
 * with many VMAs the text is tens of megabytes. 0 or -ENOENT.
 */
int smaps_parse(FILE *smaps, uint64_t start, uint64_t end, struct smaps_facts *facts);

/* The same for this process. 0 or -errno. */
int smaps_read(const volatile void *memory, size_t bytes, struct smaps_facts *facts);

/* The number of VMAs of this process, or -errno. */
int64_t smaps_count_vmas(void);
