// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/claims/experiments/maps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Whether the line begins a mapping. */
static bool begins(const char *line, struct mapping *m)
{
	const char *name = strrchr(line, '/');
	uintptr_t start, end;
	char rights[8];

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s", &start, &end, rights) != 3)
		return false;
	*m = (struct mapping){
		.start = start,
		.writes = rights[1] == 'w',
		.executes = rights[2] == 'x',
		.library = name && (strstr(name, ".so.") || strstr(name, ".so\n")),
	};
	return true;
}

static void add(const char *line, struct mapping *m)
{
	int64_t kib;

	if (sscanf(line, "Rss: %" SCNd64, &kib) == 1)
		m->rss = 1024 * kib;
	else if (sscanf(line, "Shared_Clean: %" SCNd64, &kib) == 1 ||
		 sscanf(line, "Shared_Dirty: %" SCNd64, &kib) == 1)
		m->shared += 1024 * kib;
	else if (sscanf(line, "Private_Clean: %" SCNd64, &kib) == 1)
		m->private_clean = 1024 * kib;
	else if (sscanf(line, "Private_Dirty: %" SCNd64, &kib) == 1)
		m->private_dirty = 1024 * kib;
}

int maps_read(pid_t pid, void (*see)(void *context, const struct mapping *m), void *context)
{
	struct mapping m = {0}, next;
	bool any = false;
	char path[64], line[4096];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	in = fopen(path, "re");
	if (!in)
		return -errno;
	while (fgets(line, sizeof(line), in)) {
		if (!begins(line, &next)) {
			add(line, &m);
			continue;
		}
		if (any)
			see(context, &m);
		any = true;
		m = next;
	}
	if (any)
		see(context, &m);
	fclose(in);
	return any ? 0 : -ENODATA;
}
