// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/counts.h"

#include <time.h>

#include "user/model/series.h"

#define READINGS 10
#define PAUSE_NS 1000000L

struct birth_counts birth_counts_settled(birth_counts_fn *read, const void *context)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	struct birth_counts last = read(context), c;
	int64_t least = last.kernel == MISSING ? INT64_MAX : last.kernel - last.ours;

	for (int i = 1; i < READINGS; i++) {
		nanosleep(&pause, NULL);
		c = read(context);
		if (c.kernel == MISSING)
			continue;
		last = c;
		if (c.kernel - c.ours < least)
			least = c.kernel - c.ours;
	}
	if (last.kernel != MISSING)
		last.kernel = last.ours + least;
	return last;
}
