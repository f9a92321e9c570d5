// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "bench/axes/exec.h"
#include "bench/axes/parse.h"

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	if (!method->execs)
		return fault__set(why, -EINVAL, "arg_bytes: this method does not exec");
	return axis_check_strings(shape, why);
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	int err;

	if (stage->silent)
		return fault__set(why, -EINVAL, "arg_bytes: your program has arguments of its own");
	err = stage__add_arguments(stage, (size_t)shape->axis[AXIS_arg_bytes]);
	return err ? fault__set(why, err, "arg_bytes: %s", strerror(-err)) : 0;
}

/* In words of 64 bytes. */
const struct axis_effect axis_arg_bytes = {
	.parse = axis_parse_bytes,
	.cost = {.per = 1, .bytes = 4},
	.check = check,
	.equip = equip,
};
