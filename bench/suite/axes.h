/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The axes of a grid besides the method: what the parent process is like. Suite
 * files, options and the protocol's keys all follow from the table in axes.c; a
 * new axis is a line there, and what parent.c does to bring it about.
 */
#ifndef SPAWNSCOPE_AXES_H
#define SPAWNSCOPE_AXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/fault.h"

enum axis {
	AXIS_SIZE,	   /* bytes of private anonymous memory, written, on top of its own */
	AXIS_PAGES,	   /* enum pages: what that memory is made of */
	AXIS_VMAS,	   /* additional VMAs of one page, touched */
	AXIS_FDS,	   /* additional open descriptors */
	AXIS_THREADS,	   /* additional idle threads */
	AXIS_CHILD_WRITE,  /* how many bytes, from the start of that memory, the child writes to */
	AXIS_PARENT_WRITE, /* the same, for the parent, while the child lives */
	AXIS_COUNT
};

/*
 * Both write one byte in each page, after the call under test has returned, so that its time is
 * the same as without. The parent goes first, and the child is held until it is done: where both
 * write, it is the parent who copies, and the child has its pages for itself by then.
 */

enum pages { PAGES_4K, PAGES_THP, PAGES_COUNT };

/* Multiples of it can be made of 2 MiB pages; every mapping is aligned to it. */
#define THP_BYTES (INT64_C(2) << 20)

/* One parent. An axis that is ABSENT was not asked for, and is not in the key. */
#define AXIS_ABSENT (-1)

struct shape {
	int64_t axis[AXIS_COUNT];
};

struct axis_info {
	const char *name; /* in suite files; the option has `-` for `_` */
	const char *key;  /* in the protocol */
	const char *arg;  /* in the options' help */
	const char *brief;
	int (*parse)(const char *text, int64_t *value, struct fault *why);
	bool is_name;	       /* the value is a name, else a number */
	bool required;	       /* a grid without it is a fault */
	int64_t default_value; /* where a grid does not name the axis */
};

extern const struct axis_info axis_table[AXIS_COUNT];

/* The axis's value, with 0 for one that is absent. */
int64_t shape__get(const struct shape *shape, enum axis axis);

/* The value as the protocol has it. Returns buf. */
const char *axis_format(enum axis axis, int64_t value, char *buf, size_t size);

#endif
