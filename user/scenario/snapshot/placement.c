// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/snapshot/placement.h"

#include <sched.h>
#include <stdbool.h>

/* What the caller allowed, from before the first placement_take(). */
static cpu_set_t allowed;
static bool is_known;

struct placement placement_choose(void)
{
	struct placement p = {-1, -1, -1};

	is_known = is_known || !sched_getaffinity(0, sizeof(allowed), &allowed);
	if (!is_known || CPU_COUNT(&allowed) < 2)
		return p;
	/* Of two, the client shares one with the server, for which it waits anyway. */
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		if (p.child < 0) {
			p.child = cpu;
			continue;
		}
		if (p.server < 0)
			p.server = cpu;
		p.client = cpu;
	}
	return p;
}

void placement_take(int cpu)
{
	cpu_set_t one;

	if (cpu < 0)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	/* It was allowed a moment ago; if not any more, it runs where it may. */
	sched_setaffinity(0, sizeof(one), &one);
}

void placement_leave(void)
{
	if (is_known)
		sched_setaffinity(0, sizeof(allowed), &allowed);
}
