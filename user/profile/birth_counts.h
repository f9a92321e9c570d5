/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The kernel's own count of births, to compare ours with. */
#pragma once

#include <stdint.h>

#include "user/probe/probe.h"

/* Births of all processes, both counted at the same moment. */
struct birth_counts {
	int64_t kernel; /* since boot, by /proc/stat; MISSING if unknown */
	int64_t ours;	/* since probe__begin */
};

/* Births since boot; MISSING if /proc/stat has no such line. */
int64_t birth_counts_since_boot(void);

/* Reads both. `kernel` is MISSING if births never paused for long enough to read both. */
struct birth_counts birth_counts_read(const struct probe *probe);
