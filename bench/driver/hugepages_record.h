/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a keeper of huge pages has added, in a file of /run/spawnscope that it holds locked as long
 * as it lives. The file of one that was killed is free: the next start gives its pages back.
 */
#pragma once

#include <stdint.h>

struct hugepages_record {
	int64_t before; /* pages in the pool */
	int64_t added;	/* that many at most */
};

/* A new record, locked by this process until it ends. A descriptor, or -errno. */
int hugepages_record_open(void);

/* In place of what it had. 0 or -errno. */
int hugepages_record_write(int fd, const struct hugepages_record *record);

/* Removes the record, whose pages are given back. */
void hugepages_record_remove(int fd);

/* Calls `undo` for each record whose keeper is gone, and removes it. */
void hugepages_records_undo(void (*undo)(const struct hugepages_record *record));
