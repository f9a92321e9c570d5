// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The table of all axes, and how their values are read and written. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/axes/axis.h"

#define SIZE_ROW(axis, option, kind, brief, ...)                                                   \
	[AXIS_##axis] = {#axis, option, SIZE_KEY, brief, &axis_##axis},
#define ROW(axis, option, kind, brief, ...)                                                        \
	[AXIS_##axis] = {#axis, option, #axis, brief, &axis_##axis},

const struct axis_info axis_table[AXIS_COUNT] = {AXIS_OF_SIZE(SIZE_ROW) AXES_BESIDE_SIZE(ROW)};

static int parse_name(const struct axis_info *axis, const char *text, int64_t *value,
		      struct fault *why)
{
	char known[FAULT_MAX / 2] = "";

	for (int64_t i = 0; axis->does->names[i]; i++) {
		const char *name = axis->does->names[i];
		size_t used = strlen(known);

		if (!strcmp(text, name)) {
			*value = i;
			return 0;
		}
		snprintf(known + used, sizeof(known) - used, "%s%s", used ? ", " : "", name);
	}
	return fault__set(why, -EINVAL, "unknown %s '%.100s'; known: %s", axis->name, text, known);
}

int axis_parse(enum axis axis, const char *text, int64_t *value, struct fault *why)
{
	const struct axis_info *info = &axis_table[axis];

	return info->does->names ? parse_name(info, text, value, why)
				 : info->does->parse(text, value, why);
}

const char *axis_format(enum axis axis, int64_t value, char *buf, size_t size)
{
	const char *const *names = axis_table[axis].does->names;

	if (names)
		snprintf(buf, size, "%s", names[value]);
	else
		snprintf(buf, size, "%" PRId64, value);
	return buf;
}
