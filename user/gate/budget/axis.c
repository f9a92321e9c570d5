// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/budget/axis.h"

#include <stddef.h>
#include <string.h>

#include "user/model/probe_set.h"

static const struct budget_axis axes[] = {
	{"rss_bytes", false, true, true},    {"vmas", false, true, true},
	{"fds", false, true, true},	     {"threads", false, true, true},
	{"child_write", false, true, false}, {"parent_write", false, true, false},
	{"method", true, true, true},	     {"pages", true, true, false},
	{PROBE_SET_AXIS, true, true, false}, {"comm", true, false, true},
	{"exe", true, false, true},
};

const struct budget_axis *budget_axis(const char *name)
{
	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
		if (!strcmp(axes[i].name, name))
			return &axes[i];
	}
	return NULL;
}
