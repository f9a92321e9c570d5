// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "bench/axes/axis.h"
#include "bench/shared/text.h"

#define SPAWNERS_MAX 256

static int parse(const char *text, int64_t *value, struct fault *why)
{
	uint64_t number;

	if (text_number(text, 1, SPAWNERS_MAX, &number) != 0)
		return fault__set(why, -EINVAL, "bad spawners '%s'; must be from 1 to %d", text,
				  SPAWNERS_MAX);
	*value = (int64_t)number;
	return 0;
}

/* What is made for one call at a time: for other threads' samples it would be a disturbance. */
static int check_words(const struct shape *shape, struct fault *why)
{
	static const struct {
		enum axis axis;
		const struct axis_effect *does;
		const char *value, *text;
	} words[] = {
		{AXIS_cache, &axis_cache, "cold", "cache=cold"},
		{AXIS_fd_kind, &axis_fd_kind, "closed", "fd_kind=closed"},
		{AXIS_program_kind, &axis_program_kind, "dynamic", "program_kind=dynamic"},
		{AXIS_program_kind, &axis_program_kind, "script", "program_kind=script"},
		{AXIS_placement, &axis_placement, "other", "placement=other"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		int64_t value = shape->axis[words[i].axis];

		if (value != AXIS_ABSENT && !strcmp(words[i].does->names[value], words[i].value))
			return fault__set(why, -EINVAL, "spawners: not with %s", words[i].text);
	}
	return 0;
}

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	if (!method->reentrant)
		return fault__set(why, -EINVAL, "spawners: this method makes one child at a time");
	if (shape__get(shape, AXIS_touchers) > 0)
		return fault__set(why, -EINVAL, "spawners: not with touchers");
	if (shape__get(shape, AXIS_parent_write) > 0)
		return fault__set(why, -EINVAL, "spawners: not with parent_write");
	return check_words(shape, why);
}

/* The threads are made by bench/parent/spawners.c, which calls the method. */
const struct axis_effect axis_spawners = {
	.parse = parse,
	/* The stack, and a child of each thread; all wait for one another. */
	.cost = {.per = 1, .bytes = MIB_BYTES, .build_us = 1000, .sample_us = 20000},
	.check = check,
};
