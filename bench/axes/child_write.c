// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/axes/parse.h"
#include "bench/axes/write.h"

static int check(const struct shape *shape, const struct method *method, struct fault *why)
{
	return axis_check_write(shape, "child_write", shape->axis[AXIS_child_write], method, why);
}

static int equip(const struct shape *shape, struct stage *stage, struct fault *why)
{
	stage->child_write_bytes = (size_t)shape->axis[AXIS_child_write];
	return 0;
}

/* What it takes in memory, parent/memory.c knows. */
const struct axis_effect axis_child_write = {
	.parse = axis_parse_size,
	.cost = {.per = MIB_BYTES, .sample_us = WRITE_US_PER_MIB},
	.check = check,
	.equip = equip,
};
