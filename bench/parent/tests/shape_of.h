/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Shapes for the tests of this room. */
#pragma once

#include "bench/axes/axis.h"
#include "bench/axes/pages.h"

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)

/* A parent of that size with 4 KiB pages; all other axes are absent. */
static inline struct shape shape_of(int64_t size)
{
	struct shape shape;

	for (int axis = 0; axis < AXIS_COUNT; axis++)
		shape.axis[axis] = AXIS_ABSENT;
	shape.axis[AXIS_size] = size;
	shape.axis[AXIS_pages] = PAGES_4K;
	return shape;
}
