// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/pages.h"
#include "bench/axes/parse.h"
#include "bench/axes/smaps.h"
#include "bench/shared/text.h"

/*
 * Private anonymous memory that starts at a multiple of 2 MiB, even with 4 KiB pages: the number of
 * page tables, and so the cost of fork, must not depend on the address.
 */
static void *map_aligned(size_t bytes)
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
	return start + before;
}

static int verify_memory(const struct parent_memory *memory, enum pages_kind pages,
			 struct fault *why)
{
	int64_t bytes = (int64_t)memory->bytes;
	int64_t huge_wanted = pages == PAGES_THP ? bytes : 0;
	struct smaps_facts facts;
	int err;

	err = smaps_read(memory->start, memory->bytes, &facts);
	if (err)
		return fault__set(why, err, "/proc/self/smaps: %s", strerror(-err));
	/* More than asked for: the kernel merged the mapping with a neighbour. */
	if (facts.rss_bytes < bytes)
		return fault__set(why, -ENOMEM,
				  "only %" PRId64 " of %" PRId64 " KiB stayed in memory",
				  facts.rss_bytes / 1024, bytes / 1024);
	if (facts.anon_huge_bytes != huge_wanted)
		return fault__set(why, -ENOMEM,
				  "%" PRId64 " of %" PRId64 " KiB are huge pages, wanted %" PRId64,
				  facts.anon_huge_bytes / 1024, bytes / 1024, huge_wanted / 1024);
	return 0;
}

static int advise_pages(const struct parent_memory *memory, enum pages_kind pages,
			struct fault *why)
{
	static const char enabled_path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	char enabled[64];

	if (pages == PAGES_4K) {
		/* A kernel without huge pages returns EINVAL, which is fine. */
		madvise((void *)memory->start, memory->bytes, MADV_NOHUGEPAGE);
		return 0;
	}
	if (madvise((void *)memory->start, memory->bytes, MADV_HUGEPAGE) != 0)
		return fault__set(why, -ENOTSUP,
				  "this kernel has no transparent huge pages: MADV_HUGEPAGE: %s",
				  strerror(errno));
	if (text_read(enabled_path, enabled, sizeof(enabled)) >= 0 && strstr(enabled, "[never]"))
		return fault__set(why, -ENOTSUP,
				  "transparent huge pages are off; write madvise to %s",
				  enabled_path);
	return 0;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	enum pages_kind pages = (enum pages_kind)shape__get(shape, AXIS_pages);
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	int err;

	*memory = (struct parent_memory){.bytes = (size_t)shape__get(shape, AXIS_size)};
	if (memory->bytes == 0)
		return 0;
	memory->start = map_aligned(memory->bytes);
	if (!memory->start)
		return fault__set(why, -errno, "mmap: %s", strerror(errno));
	err = advise_pages(memory, pages, why);
	if (err)
		return err;
	for (size_t offset = 0; offset < memory->bytes; offset += page_bytes)
		memory->start[offset] = 1;
	return verify_memory(memory, pages, why);
}

/* What it takes in memory, parent/memory.c knows. */
const struct axis_effect axis_size = {
	.parse = axis_parse_size,
	.required = true,
	.cost = {.per = MIB_BYTES, .build_us = 10000, .sample_us = 200},
	.build = build,
};
