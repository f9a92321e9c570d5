/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A store in memory that writes itself out from a child, as redis-server does. */
#pragma once

#include <stdint.h>

#define SNAPSHOT_VALUE_BYTES 1000 /* of a value */
#define SNAPSHOT_SLOT_BYTES  1024 /* that it takes, in redis-server too */
#define SNAPSHOT_KEY_FORMAT  "key:%010u"

/*
 * Serves one client, until that closes: SETRANGE of the keys above, BGSAVE, and INFO with the
 * fields rdb_bgsave_in_progress, rdb_last_bgsave_status, rdb_last_cow_size and latest_fork_usec
 * of redis-server, in its protocol (RESP); and PACE: how many ns its child takes to write a MiB,
 * at least. `folder` gets a file of `size_bytes` without a name.
 * Ends the process.
 */
_Noreturn void snapshot_serve(int fd, int64_t size_bytes, int huge, const char *folder);
