// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/shared/units.h"

#define HUGE_PAGE (INT64_C(2) << 20)

struct field {
	const char *name; /* of the line in the file, with its colon */
	int64_t *to;	  /* adds to it */
};

static int open_file(pid_t pid, const char *name, FILE **in)
{
	char path[64];

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	*in = fopen(path, "re");
	return *in ? 0 : -errno;
}

static void add_line(const char *line, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(fields[i].name);

		if (strncmp(line, fields[i].name, len))
			continue;
		if (*fields[i].to == MISSING)
			*fields[i].to = 0;
		*fields[i].to += strtoll(line + len, NULL, 10) << 10;
	}
}

/* Lines of "Name:  123 kB". */
static int read_fields(FILE *in, const struct field *fields, size_t count)
{
	char line[256];
	int err;

	while (fgets(line, sizeof(line), in))
		add_line(line, fields, count);
	err = ferror(in) ? -EIO : 0;
	fclose(in);
	return err;
}

int memory_use_of(pid_t pid, struct memory_use *use)
{
	const struct field rollup[] = {
		{"Rss:", &use->rss},
		{"Pss:", &use->pss},
		{"Private_Clean:", &use->private_bytes},
		{"Private_Dirty:", &use->private_bytes},
		{"Shared_Clean:", &use->shared_bytes},
		{"Shared_Dirty:", &use->shared_bytes},
		{"Private_Dirty:", &use->private_dirty},
		{"AnonHugePages:", &use->huge_bytes},
	};
	const struct field status[] = {{"VmPTE:", &use->page_table_bytes}};
	FILE *in;
	int err;

	*use = (struct memory_use){MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING};
	err = open_file(pid, "smaps_rollup", &in);
	if (!err)
		err = read_fields(in, rollup, sizeof(rollup) / sizeof(rollup[0]));
	if (!err)
		err = open_file(pid, "status", &in);
	if (!err)
		err = read_fields(in, status, 1);
	return err;
}

int64_t memory_available(void)
{
	int64_t bytes = MISSING;
	const struct field fields[] = {{"MemAvailable:", &bytes}};
	FILE *in = fopen("/proc/meminfo", "re");

	return in && !read_fields(in, fields, 1) ? bytes : MISSING;
}

void *memory_map(int64_t bytes, int huge)
{
	/* Whole huge pages begin at their own borders. */
	int64_t room = bytes + (huge ? HUGE_PAGE : 0);
	char *at = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	if (huge)
		at += (HUGE_PAGE - (uintptr_t)at % HUGE_PAGE) % HUGE_PAGE;
	/* EINVAL: the kernel has no huge pages. Whoever asked looks at huge_bytes. */
	madvise(at, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return at;
}
