/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives the calling process the shape that a cell asks for, and measures the result. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "bench/suite/axes.h"

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

/* The memory of AXIS_SIZE; NULL and 0 if the size is 0. */
struct parent_memory {
	volatile unsigned char *start;
	size_t bytes;
};

/*
 * Whether the shape is valid, for a method that supports child_write and parent_write if `writes`.
 * 0, or -EINVAL and the reason.
 */
int parent_check(const struct shape *shape, bool writes, struct fault *why);

/*
 * Gives this process the shape, and verifies it. Nothing is undone on failure: the process should
 * then exit. 0, or -errno and the reason.
 */
int parent_build(const struct shape *shape, struct parent_memory *memory, struct fault *why);

/* 0, or -errno if procfs cannot be read. */
int parent_measure(struct parent_facts *facts);
