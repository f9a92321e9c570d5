// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>

#include "bench/axes/axis.h"

enum { DENSE, RANDOM, SPARSE, TWICE };

static const char *const names[] = {
	[DENSE] = "dense", [RANDOM] = "random", [SPARSE] = "sparse", [TWICE] = "twice", NULL,
};

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	if (method->writes)
		return 0;
	return fault__set(why, -EINVAL, "this method does not support write_pattern");
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	if (shape->axis[AXIS_write_pattern] == SPARSE)
		stage->write_step = THP_BYTES;
	stage->write_passes = shape->axis[AXIS_write_pattern] == TWICE ? 2 : 1;
	stage->write_random = shape->axis[AXIS_write_pattern] == RANDOM;
	return 0;
}

/* A byte of each 4 KiB page in order, in random order, or a byte of each 2 MiB; or in order and
 * once more, when the pages are copied already. */
const struct axis_effect axis_write_pattern = {
	.names = names,
	.check = check,
	.equip = equip,
};
