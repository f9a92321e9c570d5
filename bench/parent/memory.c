// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/axes/mapping.h"
#include "bench/axes/pages.h"
#include "bench/axes/vma_layout.h"
#include "bench/parent/cgroup.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

/* Left free, so that others do not swap and the OOM killer does not run. */
#define RESERVE_MIN	(32 * MIB)
#define RESERVE_DIVISOR 20

/* High estimates of what the kernel and libc take in addition to the memory itself. */
#define PROCESS_BYTES	   (4 * MIB) /* program, stacks, page tables; and the same for a child */
#define PAGE_TABLE_BYTES   4096
#define PAGE_TABLE_DIVISOR 256 /* 8 bytes for 4096, in the parent and in the child */

void memory_parse(const char *meminfo, int overcommit, struct memory_facts *facts)
{
	int64_t limit, committed;

	facts->total = -1;
	facts->available = -1;
	facts->commit_room = -1;
	text_field_kb(meminfo, "MemTotal", &facts->total);
	text_field_kb(meminfo, "MemAvailable", &facts->available);
	/* In other modes the kernel shows the limit but does not enforce it. */
	if (overcommit == 2 && text_field_kb(meminfo, "CommitLimit", &limit) == 0 &&
	    text_field_kb(meminfo, "Committed_AS", &committed) == 0)
		facts->commit_room = limit > committed ? limit - committed : 0;
}

static int64_t read_address_room(void)
{
	struct rlimit limit;
	char status[8192];
	int64_t taken = 0;

	if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur > INT64_MAX)
		return -1;
	if (text_read("/proc/self/status", status, sizeof(status)) >= 0)
		text_field_kb(status, "VmSize", &taken);
	return (int64_t)limit.rlim_cur > taken ? (int64_t)limit.rlim_cur - taken : 0;
}

void memory_read(struct memory_facts *facts)
{
	char meminfo[8192], overcommit[16];

	if (text_read("/proc/meminfo", meminfo, sizeof(meminfo)) < 0)
		meminfo[0] = '\0';
	if (text_read("/proc/sys/vm/overcommit_memory", overcommit, sizeof(overcommit)) < 0)
		overcommit[0] = '\0';
	memory_parse(meminfo, atoi(overcommit), facts);
	if (cgroup_room(&facts->cgroup_limit, &facts->cgroup_room) != 0) {
		facts->cgroup_limit = -1;
		facts->cgroup_room = -1;
	}
	facts->address_room = read_address_room();
}

/* Subtracts the reserve for a machine or group of size `whole`. */
static int64_t less_reserve(int64_t room, int64_t whole)
{
	int64_t reserve = whole / RESERVE_DIVISOR;

	if (reserve < RESERVE_MIN)
		reserve = RESERVE_MIN;
	return room > reserve ? room - reserve : 0;
}

static void take_lower(int64_t room, const char *name, int64_t *lowest, const char **lowest_name)
{
	if (room >= *lowest)
		return;
	*lowest = room;
	*lowest_name = name;
}

int64_t memory_room(const struct memory_facts *facts, const char **name)
{
	int64_t room = INT64_MAX;

	*name = "no limit";
	if (facts->available >= 0)
		take_lower(less_reserve(facts->available, facts->total), "MemAvailable", &room,
			   name);
	if (facts->cgroup_room >= 0)
		take_lower(less_reserve(facts->cgroup_room, facts->cgroup_limit),
			   "memory limit of the cgroup", &room, name);
	if (facts->commit_room >= 0)
		take_lower(facts->commit_room, "CommitLimit, as vm.overcommit_memory is 2", &room,
			   name);
	if (facts->address_room >= 0)
		take_lower(facts->address_room, "RLIMIT_AS", &room, name);
	return room;
}

int64_t memory_needed(const struct shape *shape)
{
	int64_t size = shape__get(shape, AXIS_size);
	int64_t child_write = shape__get(shape, AXIS_child_write);
	int64_t parent_write = shape__get(shape, AXIS_parent_write);
	/* Reserved huge pages are not available memory any more, and untouched memory takes none.
	 */
	bool is_extra =
		shape__get(shape, AXIS_pages) != PAGES_HUGETLB && !mapping_way(shape)->leaves;
	int64_t needed = is_extra ? size : 0;
	/* Of each child that lives at the same time. */
	int64_t copied = child_write > parent_write ? child_write : parent_write;
	int64_t spawners = shape__get(shape, AXIS_spawners);
	int64_t extra = PROCESS_BYTES;

	/* The parent writes first. The child then owns the pages that the parent copied. */
	for (int axis = 0; axis < AXIS_COUNT; axis++) {
		const struct axis_cost *cost = &axis_table[axis].does->cost;

		if (cost->bytes)
			extra += shape__get(shape, axis) / cost->per * cost->bytes;
	}
	/* A page table of the parent's for each, and the child's copies. */
	if (shape__get(shape, AXIS_vma_layout) == VMAS_APART) {
		extra += shape__get(shape, AXIS_vmas) * PAGE_TABLE_BYTES;
		copied += shape__get(shape, AXIS_vmas) * PAGE_TABLE_BYTES;
	}
	if (__builtin_add_overflow(copied, size / PAGE_TABLE_DIVISOR, &copied) ||
	    __builtin_mul_overflow(copied, spawners > 0 ? spawners : 1, &copied) ||
	    __builtin_add_overflow(needed, extra, &needed) ||
	    __builtin_add_overflow(needed, copied, &needed))
		return INT64_MAX;
	return needed;
}

int memory_check(const struct shape *shape, const struct memory_facts *facts, struct fault *why)
{
	const char *name;
	int64_t room = memory_room(facts, &name);
	int64_t needed = memory_needed(shape);
	int64_t unit = needed >= GIB ? GIB : MIB;
	/* In tenths. Rounding the need up and the room down keeps them from looking equal. */
	int64_t needed_tenths = needed / unit * 10 + (needed % unit * 10 + unit - 1) / unit;
	int64_t room_tenths = room / unit * 10 + room % unit * 10 / unit;

	if (needed <= room)
		return 0;
	return fault__set(why, -ENOMEM, "needs %.1f %s, %.1f %s are available (%s)",
			  (double)needed_tenths / 10, unit == GIB ? "GiB" : "MiB",
			  (double)room_tenths / 10, unit == GIB ? "GiB" : "MiB", name);
}
