// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bench/axes/axis.h"

/* Masks for more CPUs than a cpu_set_t has. */
#define CPU_SETS 8

enum { SAME, ANY };

static const char *const names[] = {[SAME] = "same", [ANY] = "any", NULL};

/* The driver is not pinned: parents that it pinned may run where it may. */
static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	cpu_set_t sets[CPU_SETS];

	if (sched_getaffinity(shape->axis[AXIS_placement] == ANY ? getppid() : 0, sizeof(sets),
			      sets) != 0 ||
	    sched_setaffinity(0, sizeof(sets), sets) != 0)
		return fault__set(why, -errno, "placement: %s", strerror(errno));
	if (shape->axis[AXIS_placement] == SAME && CPU_COUNT_S(sizeof(sets), sets) != 1)
		return fault__set(why, -EINVAL, "placement=same: leave out --cpu none");
	if (shape->axis[AXIS_placement] == ANY && CPU_COUNT_S(sizeof(sets), sets) == 1)
		return fault__set(why, -EINVAL, "placement=any: one CPU is allowed");
	return 0;
}

/* Of the child: on the parent's CPU, or where the kernel puts it. */
const struct axis_effect axis_placement = {
	.names = names,
	.build = build,
};
