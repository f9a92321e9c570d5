// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/count.h"

#include <string.h>

static const struct {
	const char *name;
	enum phase phase;
} rows[] = {
#define X(name, unit, role, phase, brief) [COUNT_##name] = {#name, PHASE_##phase},
	COUNTS(X)
#undef X
};

const char *count_name(enum count c)
{
	return rows[c].name;
}

int count_by_name(const char *name)
{
	for (int c = 0; c < COUNT_COUNT; c++)
		if (!strcmp(rows[c].name, name))
			return c;
	return -1;
}

bool count_is_cow(enum count c)
{
	return rows[c].phase == PHASE_cow_child || rows[c].phase == PHASE_cow_parent;
}

const struct cow_side cow_sides[2] = {
	{"child", PHASE_cow_child, COUNT_cow_faults_child, COUNT_cow_copied_child,
	 COUNT_cow_reused_child, COUNT_cow_huge_child},
	{"parent", PHASE_cow_parent, COUNT_cow_faults_parent, COUNT_cow_copied_parent,
	 COUNT_cow_reused_parent, COUNT_cow_huge_parent},
};
