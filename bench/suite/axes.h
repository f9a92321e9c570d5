/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The axes of a grid besides the method: the parent process's shape. Suite files,
 * the driver's options and the protocol's keys follow from the table in axes.c.
 * bench/README.md says what a new axis takes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/fault.h"

enum axis {
	AXIS_SIZE,    /* bytes of written private anonymous memory, on top of the process's own */
	AXIS_PAGES,   /* enum pages: the page size of that memory */
	AXIS_VMAS,    /* additional VMAs of one page, touched */
	AXIS_FDS,     /* additional open descriptors */
	AXIS_THREADS, /* additional idle threads */
	AXIS_CHILD_WRITE,  /* bytes, from the start of that memory, that the child writes to */
	AXIS_PARENT_WRITE, /* the same for the parent, while the child lives */
	AXIS_COUNT
};

/*
 * Both write one byte per page, after the call under test has returned, so they do not change its
 * time. The parent writes first, while the child is held. Where both write, the parent copies the
 * page; by then the child is the only user of the old one.
 */

enum pages { PAGES_4K, PAGES_THP, PAGES_COUNT };

/* The size of a huge page; every mapping is aligned to it. */
#define THP_BYTES (INT64_C(2) << 20)

/* The value of an axis that was not asked for; the key does not have it. */
#define AXIS_ABSENT (-1)

/* One parent. */
struct shape {
	int64_t axis[AXIS_COUNT];
};

/* What the values of an axis are. */
struct axis_kind {
	const char *arg; /* in the options' help */
	int (*parse)(const char *text, int64_t *value, struct fault *why);
	const char *const *names; /* of the values, or NULL: they are numbers */
};

struct axis_info {
	const char *name; /* in suite files; the option has `-` for `_` */
	const char *key;  /* in the protocol */
	const char *brief;
	const struct axis_kind *kind;
	bool required;	       /* a grid without it is an error */
	int64_t default_value; /* for grids that do not name the axis */
};

extern const struct axis_info axis_table[AXIS_COUNT];

/* The axis's value; 0 if it is absent. */
int64_t shape__get(const struct shape *shape, enum axis axis);

/* The value as the protocol writes it. Returns buf. */
const char *axis_format(enum axis axis, int64_t value, char *buf, size_t size);
