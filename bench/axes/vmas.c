// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/mapping.h"
#include "bench/axes/parse.h"
#include "bench/axes/smaps.h"

#define VMA_BYTES (4096 + 512) /* the page; struct vm_area_struct, anon_vma, and a copy */

/* Makes every second page read-only: the kernel does not merge VMAs of different protection. */
static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t count = shape->axis[AXIS_vmas];
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	int64_t before, after;
	char *start;

	if (count == 0)
		return 0;
	before = smaps_count_vmas();
	start = mmap(NULL, (size_t)count * page_bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return fault__set(why, -errno, "vmas=%" PRId64 ": mmap: %s", count,
				  strerror(errno));
	/* Write to each page: fork skips pages that are not present. */
	for (int64_t i = 0; i < count && !mapping_way(shape)->leaves; i++)
		*(volatile char *)(start + (size_t)i * page_bytes) = 1;
	for (int64_t i = 1; i < count; i += 2) {
		if (mprotect(start + (size_t)i * page_bytes, page_bytes, PROT_READ) != 0)
			return fault__set(why, -errno,
					  "vmas=%" PRId64 ": mprotect: %s; see vm.max_map_count",
					  count, strerror(errno));
	}
	after = smaps_count_vmas();
	if (before < 0 || after - before != count)
		return fault__set(why, -EAGAIN, "vmas=%" PRId64 ": got %" PRId64, count,
				  after - before);
	return 0;
}

/* Of one page each, touched unless mapping=untouched. */
const struct axis_effect axis_vmas = {
	.parse = axis_parse_count,
	.cost = {.per = 1, .bytes = VMA_BYTES, .build_us = 1000, .sample_us = 20},
	.build = build,
};
