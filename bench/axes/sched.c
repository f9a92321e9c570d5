// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "bench/axes/axis.h"

static const char *const names[] = {"other", "batch", "idle", NULL};
static const int policies[] = {SCHED_OTHER, SCHED_BATCH, SCHED_IDLE};

static int build(const struct shape *shape, struct parent_memory *memory, struct fault *why)
{
	int policy = policies[shape->axis[AXIS_sched]];

	if (sched_setscheduler(0, policy, &(struct sched_param){0}) != 0 ||
	    sched_getscheduler(0) != policy)
		return fault__set(why, -errno, "sched=%s: %s", names[shape->axis[AXIS_sched]],
				  strerror(errno));
	return 0;
}

/* Of the parent, and so of its children. */
const struct axis_effect axis_sched = {
	.names = names,
	.build = build,
};
