// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#include "bench/axes/axis.h"
#include "bench/shared/text.h"

#define NICE_MAX 19

static int parse(const char *text, int64_t *value, struct fault *why)
{
	uint64_t number;

	if (text_number(text, 0, NICE_MAX, &number) != 0)
		return fault__set(why, -EINVAL, "bad nice '%s'; must be from 0 to %d", text,
				  NICE_MAX);
	*value = (int64_t)number;
	return 0;
}

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int value = (int)shape->axis[AXIS_nice];

	if (setpriority(PRIO_PROCESS, 0, value) != 0)
		return fault__set(why, -errno, "nice=%d: %s; this process began with %d", value,
				  strerror(errno), getpriority(PRIO_PROCESS, 0));
	return 0;
}

/* Of the parent, and so of its children. */
const struct axis_effect axis_nice = {
	.parse = parse,
	.build = build,
};
