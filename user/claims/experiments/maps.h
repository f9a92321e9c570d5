/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What /proc/PID/smaps says of mappings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct mapping {
	uintptr_t start;
	bool writes, executes;
	bool library; /* of a file named like a shared object */
	int64_t rss, shared, private_clean, private_dirty; /* bytes */
};

/* Calls `see` for each mapping. 0 or -errno. */
int maps_read(pid_t pid, void (*see)(void *context, const struct mapping *m), void *context);
