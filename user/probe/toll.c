// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/probe/toll.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "user/text/layout.h"

static const struct {
	const char *where, *one;
	int instructions;
} rows[TOLL_COUNT] = {
#define X(name, where, one, instructions) [TOLL_##name] = {where, one, instructions},
	TOLLS(X)
#undef X
};

const char *toll_where(enum toll toll)
{
	return rows[toll].where;
}

/* Up to 6.3 page faults take the lock of the address space, too (0bff0aaea03e). */
static bool faults_take_the_lock(void)
{
	struct utsname u;
	int major, minor;

	return !uname(&u) && sscanf(u.release, "%d.%d", &major, &minor) == 2 &&
	       (major < 6 || (major == 6 && minor < 4));
}

unsigned int toll_complete(unsigned int tolls)
{
	if (!faults_take_the_lock())
		return tolls;
	return tolls | (tolls & 1U << TOLL_map ? 1U << TOLL_fault_map : 0) |
	       (tolls & 1U << TOLL_lock ? 1U << TOLL_fault_lock : 0);
}

void toll_text(unsigned int tolls, char *text, size_t size)
{
	bool first = true;
	int sum = 0;

	text[0] = '\0';
	for (int i = TOLL_none + 1; i < TOLL_COUNT; i++) {
		sum += tolls & 1U << i ? rows[i].instructions : 0;
		/* Two of one place stand next to each other. */
		if (!sum || (i + 1 < TOLL_COUNT && !strcmp(rows[i].one, rows[i + 1].one)))
			continue;
		layout_append(text, size, first ? "%s takes some %d instructions more" : ", %s %d",
			      rows[i].one, sum);
		first = false;
		sum = 0;
	}
}
