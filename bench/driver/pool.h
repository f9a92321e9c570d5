/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The running subjects. They stay as long as memory allows, so that blocks of all
 * cells can take turns. If memory is short, the least recently used ones are ended.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/driver/launch.h"
#include "bench/shared/fault.h"
#include "bench/suite/grid.h"

struct pool_config {
	int cpu;			/* or CPU_NONE */
	const struct program *programs; /* to exec; a cell has the number of its own */
	struct loader loader;
	const char *pass;	/* a variable for the subjects' environment, or NULL */
	unsigned int warmups;	/* per block */
	unsigned int timeout_s; /* without a sample, on top of what the block's need */
	struct launch_watcher watcher;
};

struct pool_subject {
	struct launch launch;
	struct shape shape;
	const struct method
		*only;	/* it serves this method alone; NULL: all without alters_parent */
	size_t program; /* that it has taken */
	struct parent_facts facts;
	uint64_t last_use;
};

struct pool {
	struct pool_config config;
	struct pool_subject **subjects;
	size_t count;
	uint64_t uses;
};

struct pool_block {
	struct sample *samples;
	size_t taken;
	unsigned int started; /* children created, warm-ups included */
	unsigned int failed;  /* calls that failed, warm-ups included */
};

/*
 * The subject that a cell spawns from, started if necessary; valid until the next call. 0, or
 * -errno and the reason: -ENOMEM if it does not fit into memory.
 */
int pool__get(struct pool *pool, const struct cell *cell, const struct pool_subject **subject,
	      struct fault *why);

/*
 * Takes a block of samples. 0, or -errno and the reason; even then the block holds the samples
 * taken so far and must be freed. A subject that died or hung is ended.
 */
int pool__run(struct pool *pool, const struct cell *cell, unsigned int runs,
	      struct pool_block *block, struct fault *why);
void pool_block__free(struct pool_block *block);

/* Ends all subjects. */
void pool__free(struct pool *pool);
