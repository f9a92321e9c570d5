// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/mapping.h"
#include "bench/axes/pages.h"
#include "bench/axes/parse.h"
#include "bench/axes/smaps.h"

/*
 * Memory that starts at a multiple of 2 MiB, even with 4 KiB pages: the number of page tables, and
 * so the cost of fork, must not depend on the address. NULL and errno if it fails.
 */
static void *map_aligned(size_t bytes, int flags, int fd)
{
	size_t reserved = bytes + THP_BYTES;
	size_t before;
	char *start;

	start = mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)start % THP_BYTES;
	if (before > 0)
		munmap(start, before);
	if (before < THP_BYTES)
		munmap(start + before + bytes, THP_BYTES - before);
	start += before;
	if (flags != (MAP_PRIVATE | MAP_ANONYMOUS))
		start = mmap(start, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
	return start == MAP_FAILED ? NULL : start;
}

static int map(const struct mapping_way *way, enum pages_kind pages, struct parent_memory *memory,
	       struct fault *why)
{
	int fd = mapping_open(way, memory->bytes, why);

	if (fd < -1)
		return fd;
	memory->start = map_aligned(memory->bytes, way->flags | pages_map_flags(pages), fd);
	if (fd >= 0)
		close(fd);
	if (memory->start)
		return 0;
	if (pages == PAGES_HUGETLB)
		return fault__set(why, -errno,
				  "too few huge pages are reserved and free: %s; it takes %" PRId64
				  " beside those in use, see vm.nr_hugepages",
				  strerror(errno), (int64_t)memory->bytes / THP_BYTES);
	return fault__set(why, -errno, "mmap: %s", strerror(errno));
}

/* Returns how many minor faults that took. */
static int64_t touch(const struct mapping_way *way, const struct parent_memory *memory)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	struct rusage before, after;

	if (way->leaves)
		return 0;
	getrusage(RUSAGE_SELF, &before);
	for (size_t offset = 0; offset < memory->bytes; offset += page_bytes) {
		if (way->reads)
			(void)memory->start[offset];
		else
			memory->start[offset] = 1;
	}
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt - before.ru_minflt;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	enum pages_kind pages = (enum pages_kind)shape__get(shape, AXIS_pages);
	const struct mapping_way *way = mapping_way(shape);
	int64_t bytes = shape__get(shape, AXIS_size), faults;
	struct smaps_facts facts;
	int err;

	*memory = (struct parent_memory){.bytes = (size_t)bytes};
	if (bytes == 0)
		return 0;
	err = map(way, pages, memory, why);
	if (!err)
		err = pages_advise(pages, memory, why);
	if (!err)
		err = mapping_advise(way, memory, why);
	if (err)
		return err;
	faults = touch(way, memory);
	err = mapping_lock(way, memory, why);
	if (err)
		return err;
	err = smaps_read(memory->start, memory->bytes, &facts);
	if (err)
		return fault__set(why, err, "/proc/self/smaps: %s", strerror(-err));
	err = mapping_verify(way, &facts, bytes, why);
	return err ? err : pages_verify(pages, &facts, bytes, faults, why);
}

/* What it takes in memory, parent/memory.c knows. */
const struct axis_effect axis_size = {
	.parse = axis_parse_size,
	.required = true,
	.cost = {.per = MIB_BYTES, .build_us = 10000, .sample_us = 200},
	.build = build,
};
