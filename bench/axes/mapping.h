/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What kind of memory AXIS_size is made of. */
#pragma once

#include "bench/axes/axis.h"
#include "bench/axes/smaps.h"

struct mapping_way {
	const char *name;
	int flags;   /* of mmap(2) */
	int advice;  /* of madvise(2), besides that about pages; 0: none */
	bool reads;  /* each page is read; else it is written */
	bool leaves; /* no page is touched */
	bool locks;
};

/* That of the shape; private anonymous memory if it names none. */
const struct mapping_way *mapping_way(const struct shape *shape);

/*
 * Whether it is private anonymous memory with pages of its own, which may be huge, and which fork
 * copies the page tables of.
 */
bool mapping_is_plain(const struct mapping_way *way);

/* A file without a name, for mappings of files: -1 for others. -errno and the reason. */
int mapping_open(const struct mapping_way *way, size_t bytes, struct fault *why);

/* After the mapping was made, and the other two after it was touched. 0, or -errno and the reason.
 */
int mapping_advise(const struct mapping_way *way, const struct parent_memory *memory,
		   struct fault *why);
int mapping_lock(const struct mapping_way *way, const struct parent_memory *memory,
		 struct fault *why);
int mapping_verify(const struct mapping_way *way, const struct smaps_facts *facts, int64_t bytes,
		   struct fault *why);
