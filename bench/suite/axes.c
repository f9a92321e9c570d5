// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/suite/axes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/fault.h"
#include "bench/shared/text.h"
#include "bench/shared/units.h"

/* A typing mistake must not ask for millions of threads; the kernel's own limits are lower. */
#define AXIS_NUMBER_MAX 1000000

static const char *const pages_names[PAGES_COUNT] = {
	[PAGES_4K] = "4k",
	[PAGES_THP] = "thp",
};

static int parse_size(const char *text, int64_t *value, struct fault *why)
{
	long page_bytes = sysconf(_SC_PAGESIZE);
	int64_t bytes;

	if (size_parse(text, &bytes) != 0)
		return fault__set(why, -EINVAL, "bad size '%s'; write it like 64M or 1G", text);
	if (bytes % page_bytes != 0)
		return fault__set(why, -EINVAL,
				  "bad size '%s'; it must be a multiple of the page size, %ld",
				  text, page_bytes);
	*value = bytes;
	return 0;
}

static int parse_count(const char *text, int64_t *value, struct fault *why)
{
	uint64_t number;

	if (text_number(text, 0, AXIS_NUMBER_MAX, &number) != 0)
		return fault__set(why, -EINVAL, "bad number '%s'; must be from 0 to %d", text,
				  AXIS_NUMBER_MAX);
	*value = (int64_t)number;
	return 0;
}

static int parse_pages(const char *text, int64_t *value, struct fault *why)
{
	for (int64_t i = 0; i < PAGES_COUNT; i++) {
		if (!strcmp(text, pages_names[i])) {
			*value = i;
			return 0;
		}
	}
	return fault__set(why, -EINVAL, "unknown pages '%s'; known: 4k, thp", text);
}

static const struct axis_kind of_bytes = {"SIZE,...", parse_size, NULL};
static const struct axis_kind of_pages = {"KIND,...", parse_pages, pages_names};
static const struct axis_kind of_number = {"N,...", parse_count, NULL};

const struct axis_info axis_table[AXIS_COUNT] = {
	[AXIS_SIZE] = {"size", "rss_bytes", "memory that the parent has written, on top of its own",
		       &of_bytes, true, 0},
	[AXIS_PAGES] = {"pages", "pages", "pages of that memory: 4k (default), thp", &of_pages,
			false, PAGES_4K},
	[AXIS_VMAS] = {"vmas", "vmas", "additional VMAs of one page each", &of_number, false,
		       AXIS_ABSENT},
	[AXIS_FDS] = {"fds", "fds", "additional open descriptors", &of_number, false, AXIS_ABSENT},
	[AXIS_THREADS] = {"threads", "threads", "additional idle threads", &of_number, false,
			  AXIS_ABSENT},
	[AXIS_CHILD_WRITE] = {"child_write", "child_write",
			      "bytes of that memory that the child writes to (fork only)",
			      &of_bytes, false, AXIS_ABSENT},
	[AXIS_PARENT_WRITE] = {"parent_write", "parent_write",
			       "bytes that the parent writes to while the child lives (fork only)",
			       &of_bytes, false, AXIS_ABSENT},
};

int64_t shape__get(const struct shape *shape, enum axis axis)
{
	return shape->axis[axis] == AXIS_ABSENT ? 0 : shape->axis[axis];
}

const char *axis_format(enum axis axis, int64_t value, char *buf, size_t size)
{
	const char *const *names = axis_table[axis].kind->names;

	if (names)
		snprintf(buf, size, "%s", names[value]);
	else
		snprintf(buf, size, "%" PRId64, value);
	return buf;
}
