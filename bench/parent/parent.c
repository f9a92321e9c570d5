// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/parent/parent.h"

#include <dirent.h>
#include <errno.h>

#include "bench/axes/smaps.h"
#include "bench/shared/text.h"

int parent_check(const struct shape *shape, const struct method *method, struct fault *why)
{
	int err = 0;

	for (int axis = 0; axis < AXIS_COUNT && !err; axis++) {
		const struct axis_effect *does = axis_table[axis].does;

		if (does->check && shape->axis[axis] != AXIS_ABSENT)
			err = does->check(shape, method, why);
	}
	return err;
}

int parent_build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int err = 0;

	*memory = (struct parent_memory){0};
	for (int axis = 0; axis < AXIS_COUNT && !err; axis++) {
		const struct axis_effect *does = axis_table[axis].does;

		if (does->build && shape->axis[axis] != AXIS_ABSENT)
			err = does->build(shape, memory, why);
	}
	return err;
}

int parent_equip(const struct shape *shape, const struct parent_memory *memory, struct stage *stage,
		 struct fault *why)
{
	int err = 0;

	stage->memory = memory->start;
	for (int axis = 0; axis < AXIS_COUNT && !err; axis++) {
		const struct axis_effect *does = axis_table[axis].does;

		if (does->equip && shape->axis[axis] != AXIS_ABSENT)
			err = does->equip(shape, stage, why);
	}
	return err;
}

static int64_t count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int64_t count = 0;

	if (!directory)
		return -errno;
	while (readdir(directory))
		count++;
	closedir(directory);
	/* `.`, `..`, and the directory's own descriptor */
	return count - 3;
}

int parent_measure(struct parent_facts *facts)
{
	char status[8192], rollup[4096];
	int64_t rss_bytes = 0;
	ssize_t length;

	*facts = (struct parent_facts){0};
	length = text_read("/proc/self/status", status, sizeof(status));
	if (length < 0)
		return (int)length;
	/* RssAnon etc. in `status` lag, since the kernel adds counts in batches. */
	length = text_read("/proc/self/smaps_rollup", rollup, sizeof(rollup));
	if (length < 0)
		return (int)length;
	text_field_kb(rollup, "Rss", &rss_bytes);
	text_field_kb(rollup, "Anonymous", &facts->rss_anon_bytes);
	text_field_kb(rollup, "AnonHugePages", &facts->anon_huge_bytes);
	facts->rss_file_bytes = rss_bytes - facts->rss_anon_bytes;
	text_field_kb(status, "VmPTE", &facts->page_table_bytes);
	text_field(status, "Threads", &facts->threads);
	facts->vmas = smaps_count_vmas();
	facts->fds = count_fds();
	return facts->vmas < 0 ? (int)facts->vmas : facts->fds < 0 ? (int)facts->fds : 0;
}
