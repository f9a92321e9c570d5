/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a parent fits into memory, before any is allocated. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/axes/axis.h"
#include "bench/shared/fault.h"

/* Memory limits in bytes; -1: none, or not readable. */
struct memory_facts {
	int64_t total;	   /* MemTotal */
	int64_t available; /* MemAvailable */
	int64_t cgroup_limit;
	int64_t cgroup_room;
	int64_t commit_room;  /* with overcommit_memory=2: CommitLimit - Committed_AS */
	int64_t address_room; /* RLIMIT_AS less what the driver uses */
};

void memory_read(struct memory_facts *facts);

/* The same from the text of /proc/meminfo and the number in overcommit_memory. */
void memory_parse(const char *meminfo, int overcommit, struct memory_facts *facts);

/* Bytes that may be allocated, less a reserve for the machine; *name is the limit that applies. */
int64_t memory_room(const struct memory_facts *facts, const char **name);

/* Most bytes that a parent of that shape takes, with its children and the kernel's structures. */
int64_t memory_needed(const struct shape *shape);

/* 0, or -ENOMEM and "needs 1.1 GiB, 0.4 GiB are available (MemAvailable)". */
int memory_check(const struct shape *shape, const struct memory_facts *facts, struct fault *why);
