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
#include "bench/axes/vma_layout.h"
#include "bench/shared/text.h"

#define VMA_BYTES (4096 + 512) /* the page; struct vm_area_struct, anon_vma, and a copy */

static int failed(int64_t count, const char *call, struct fault *why)
{
	return fault__set(why, -errno, "vmas=%" PRId64 ": %s: %s%s", count, call, strerror(errno),
			  errno == ENOMEM && strcmp(call, "mmap") != 0 ? "; see vm.max_map_count"
								       : "");
}

/*
 * A page in each `step` bytes. Writes to it if it is to be touched: fork skips pages that are not
 * present. Makes every second of them read-only: the kernel does not merge VMAs of different
 * protection.
 */
static int make_beside(int64_t count, size_t step, bool touched, struct fault *why)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	bool apart = step > page_bytes;
	char *start = mmap(NULL, (size_t)count * step, apart ? PROT_NONE : PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED)
		return failed(count, "mmap", why);
	for (int64_t i = 0; i < count; i++) {
		char *page = start + (size_t)i * step;

		if (apart && mprotect(page, page_bytes, PROT_READ | PROT_WRITE) != 0)
			return failed(count, "mprotect", why);
		if (touched)
			*(volatile char *)page = 1;
		/* Apart, what lies between them is given back: nothing is left to merge with. */
		if (apart && munmap(page + page_bytes, step - page_bytes) != 0)
			return failed(count, "munmap", why);
	}
	for (int64_t i = 1; i < count && !apart; i += 2) {
		if (mprotect(start + (size_t)i * step, page_bytes, PROT_READ) != 0)
			return failed(count, "mprotect", why);
	}
	return 0;
}

/* Cuts the memory into pieces. It stays writable: core dumps leave every second one out. */
static int make_within(int64_t count, const struct parent_memory *memory, struct fault *why)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = memory->bytes / page_bytes, pieces = (size_t)count + 1;

	for (size_t i = 1; i < pieces; i += 2) {
		size_t from = pages * i / pieces, to = pages * (i + 1) / pieces;

		if (madvise((char *)memory->start + from * page_bytes, (to - from) * page_bytes,
			    MADV_DONTDUMP) != 0)
			return failed(count, "madvise", why);
	}
	return 0;
}

static int64_t page_table_bytes(void)
{
	char status[8192];
	int64_t bytes = 0;

	if (text_read("/proc/self/status", status, sizeof(status)) >= 0)
		text_field_kb(status, "VmPTE", &bytes);
	return bytes;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int64_t count = shape->axis[AXIS_vmas], before, after, tables;
	enum vma_layout layout = (enum vma_layout)shape__get(shape, AXIS_vma_layout);
	bool touched = !mapping_way(shape)->leaves;
	int err;

	if (count == 0)
		return 0;
	before = smaps_count_vmas();
	tables = page_table_bytes();
	if (layout == VMAS_WITHIN)
		err = make_within(count, memory, why);
	else
		err = make_beside(count,
				  layout == VMAS_APART ? THP_BYTES : (size_t)sysconf(_SC_PAGESIZE),
				  touched, why);
	if (err)
		return err;
	after = smaps_count_vmas();
	if (before < 0 || after - before != count)
		return fault__set(why, -EAGAIN, "vmas=%" PRId64 ": got %" PRId64, count,
				  after - before);
	tables = page_table_bytes() - tables;
	if (layout == VMAS_APART && touched && tables < count * sysconf(_SC_PAGESIZE))
		return fault__set(why, -EAGAIN,
				  "vma_layout=apart: %" PRId64 " KiB of page tables for %" PRId64
				  " VMAs",
				  tables / 1024, count);
	return 0;
}

/* Of one page each, touched unless mapping=untouched; within the parent's memory of more. */
const struct axis_effect axis_vmas = {
	.parse = axis_parse_count,
	.cost = {.per = 1, .bytes = VMA_BYTES, .build_us = 1000, .sample_us = 20},
	.build = build,
};
