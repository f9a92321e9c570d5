/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Gives the calling process the shape that a cell asks for, and measures what came of it. */
#ifndef SPAWNSCOPE_PARENT_H
#define SPAWNSCOPE_PARENT_H

#include <stddef.h>
#include <stdint.h>

#include "bench/suite/axes.h"

#include "bench/shared/fault.h"

/*
 * X(name): what the protocol's `parent` line says of a parent. rss_file_bytes includes shared
 * memory; anon_huge_bytes is the part of rss_anon_bytes that 2 MiB pages make.
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

/* The part of a shape that is memory; NULL and 0 if the size is 0. */
struct parent_memory {
	volatile unsigned char *start;
	size_t bytes;
};

/*
 * Whether a shape can be at all, and a method spawn from it: 0, or -EINVAL and a line in `why`.
 * `writes`: the method heeds child_write and parent_write.
 */
int parent_check(const struct shape *shape, bool writes, struct fault *why);

/*
 * Brings the shape about in this process, which is meant to end with it: nothing is undone on
 * failure. 0, or -errno and a line in `why`, also if it did not come about as asked.
 */
int parent_build(const struct shape *shape, struct parent_memory *memory, struct fault *why);

/* 0, or -errno if procfs cannot be read. */
int parent_measure(struct parent_facts *facts);

#endif
