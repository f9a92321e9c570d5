// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/axis.h"
#include "bench/axes/parse.h"

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	return method->acts ? 0
			    : fault__set(why, -EINVAL, "this method does not support file_actions");
}

/* Each is a dup2 of standard error to standard output, which is what it was. */
static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	posix_spawn_file_actions_t *actions = stage__actions(stage);
	int error = actions ? 0 : ENOMEM;

	for (int64_t i = 0; i < shape->axis[AXIS_file_actions] && !error; i++)
		error = posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
	return error ? fault__set(why, -error, "file_actions: %s", strerror(error)) : 0;
}

const struct axis_effect axis_file_actions = {
	.parse = axis_parse_count,
	.cost = {.per = 1, .bytes = 256, .sample_us = 10},
	.check = check,
	.equip = equip,
};
