/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives the calling process the shape that a cell asks for, and measures the result. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/axes/axis.h"
#include "bench/shared/fault.h"

/*
 * X(name): the values of the protocol's `parent` line. rss_file_bytes includes shared memory;
 * anon_huge_bytes is the part of rss_anon_bytes in huge pages.
 */
#define PARENT_FACTS(X)                                                                            \
	X(rss_anon_bytes)                                                                          \
	X(rss_file_bytes)                                                                          \
	X(anon_huge_bytes)                                                                         \
	X(page_table_bytes)                                                                        \
	X(vmas)                                                                                    \
	X(threads)                                                                                 \
	X(fds)

struct parent_facts {
#define X(name) int64_t name;
	PARENT_FACTS(X)
#undef X
};

/* Whether the shape is valid, and the method supports it. 0, or -errno and the reason. */
int parent_check(const struct shape *shape, const struct method *method, struct fault *why);

/*
 * Gives this process the shape, and verifies it. Nothing is undone on failure: the process should
 * then exit. 0, or -errno and the reason.
 */
int parent_build(const struct shape *shape, struct parent_memory *memory, struct fault *why);

/* Prepares what methods use, after stage__open(). 0, or -errno and the reason. */
int parent_equip(const struct shape *shape, const struct parent_memory *memory, struct stage *stage,
		 struct fault *why);

/* 0, or -errno if procfs cannot be read. */
int parent_measure(struct parent_facts *facts);
