/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A store in memory that writes itself out from a child, as redis-server does. */
#pragma once

#include <stdint.h>

#include "user/scenario/snapshot/placement.h"

struct snapshot_store {
	int64_t size_bytes; /* of its values */
	int huge;	    /* pages */
	const char *folder; /* gets a file of about that size, without a name */
	struct placement cpus;
};

/*
 * Serves one client, until that closes: FILL of some keys of database.h, SETRANGE of one, BGSAVE,
 * and INFO with the fields rdb_bgsave_in_progress, rdb_last_bgsave_status, rdb_last_cow_size and
 * latest_fork_usec of redis-server, in its protocol (RESP). Ends the process.
 */
_Noreturn void snapshot_serve(int fd, const struct snapshot_store *store);
