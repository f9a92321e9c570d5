/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What an axis does: how its values are written, what it does to the parent process or to the
 * child's way, and what it costs. bench/shared/axis_names.h lists the axes; suite files, options
 * and the protocol's keys follow.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/methods/methods.h"
#include "bench/shared/axis_names.h"
#include "bench/shared/fault.h"

/* The value of an axis that was not asked for; the key does not have it. */
#define AXIS_ABSENT (-1)

/* The size of a huge page; every mapping is aligned to it. */
#define THP_BYTES (INT64_C(2) << 20)

#define MIB_BYTES (INT64_C(1) << 20)

/* One parent, and what its children do. */
struct shape {
	int64_t axis[AXIS_COUNT];
};

/* The axis's value; 0 if it is absent. */
static inline int64_t shape__get(const struct shape *shape, enum axis axis)
{
	return shape->axis[axis] == AXIS_ABSENT ? 0 : shape->axis[axis];
}

/* The memory of AXIS_size; NULL and 0 if the size is 0. */
struct parent_memory {
	volatile unsigned char *start;
	size_t bytes;
};

/* High estimates, for each `per` of the axis. */
struct axis_cost {
	int64_t per;
	int64_t bytes; /* of memory, in addition to that of AXIS_size */
	int64_t build_us;
	int64_t sample_us;
};

/* All functions return 0, or -errno and the reason. Those that are not needed are NULL. */
struct axis_effect {
	/* The values, NULL-terminated: a value is the number of its name. NULL: see parse. */
	const char *const *names;
	/* A word of a list. */
	int (*parse)(const char *text, int64_t *value, struct fault *why);
	bool required; /* a grid without it is an error */
	bool always;   /* a grid that does not name it has the value 0 */
	struct axis_cost cost;

	/* Those below are called where the axis is not absent. */

	/* Whether the cell makes sense; before any process is started. */
	int (*check)(const struct shape *shape, const struct method *method, struct fault *why);
	/*
	 * Gives this process the shape, and verifies it. Nothing is undone on failure: the process
	 * then exits. In the order of the axes.
	 */
	int (*build)(const struct shape *shape, struct parent_memory *memory, struct fault *why);
	/* Prepares what methods use, again for each program. */
	int (*equip)(const struct shape *shape, struct stage *stage, struct fault *why);
};

#define X(name, ...) extern const struct axis_effect axis_##name;
AXES(X)
#undef X

struct axis_info {
	const char *name;   /* in suite files */
	const char *option; /* without dashes */
	const char *key;    /* in the protocol */
	const char *brief;
	const struct axis_effect *does;
};

extern const struct axis_info axis_table[AXIS_COUNT];

/* Parses a word of a list. */
int axis_parse(enum axis axis, const char *text, int64_t *value, struct fault *why);

/* The value as the protocol writes it. Returns buf. */
const char *axis_format(enum axis axis, int64_t value, char *buf, size_t size);
