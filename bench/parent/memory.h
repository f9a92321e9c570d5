/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a parent fits, asked before any memory is taken. */
#ifndef SPAWNSCOPE_MEMORY_H
#define SPAWNSCOPE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "bench/suite/axes.h"

#include "bench/shared/fault.h"

/* What limits memory; -1 where there is no such limit, or it cannot be read. Bytes. */
struct memory_facts {
	int64_t total;	   /* MemTotal */
	int64_t available; /* MemAvailable */
	int64_t cgroup_limit;
	int64_t cgroup_room;
	int64_t commit_room;  /* with overcommit_memory=2: CommitLimit - Committed_AS */
	int64_t address_room; /* RLIMIT_AS less what the driver has */
};

void memory_read(struct memory_facts *facts);

/* The same from text: of /proc/meminfo, and the number in overcommit_memory. */
void memory_parse(const char *meminfo, int overcommit, struct memory_facts *facts);

/* What may still be taken, with a reserve left to the machine; *name says what sets that limit. */
int64_t memory_room(const struct memory_facts *facts, const char **name);

/* What a parent of that shape takes at most, its children's share and the kernel's included. */
int64_t memory_needed(const struct shape *shape);

/* 0, or -ENOMEM and "needs 1.1 GiB, 0.4 GiB are available (MemAvailable)". */
int memory_check(const struct shape *shape, const struct memory_facts *facts, struct fault *why);

#endif
