// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/others.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/text.h"
#include "bench/shared/units.h"
#include "user/scenario/usage.h"

static int by_id(const void *a, const void *b)
{
	pid_t x = ((const struct others_task *)a)->id, y = ((const struct others_task *)b)->id;

	return (x > y) - (x < y);
}

/* "/proc/12/task/34" */
static bool is_of(const char *path, const pid_t *processes, size_t count)
{
	pid_t process = (pid_t)strtol(path + strlen("/proc/"), NULL, 10);

	for (size_t i = 0; i < count; i++)
		if (process == processes[i])
			return true;
	return false;
}

static void add(struct others *o, const char *folder)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "%s/schedstat", folder);
	/* It may have ended. */
	if (text_read(path, text, sizeof(text)) <= 0)
		return;
	o->tasks[o->n].id = (pid_t)strtol(strrchr(folder, '/') + 1, NULL, 10);
	o->tasks[o->n++].ran_ns = usage_number(text, 0);
}

int others__read(struct others *o, const pid_t *processes, size_t count)
{
	glob_t folders;
	int err;

	*o = (struct others){0};
	err = glob("/proc/[0-9]*/task/[0-9]*", GLOB_NOSORT, NULL, &folders);
	if (err)
		return err == GLOB_NOSPACE ? -ENOMEM : 0;
	o->tasks = calloc(folders.gl_pathc, sizeof(*o->tasks));
	for (size_t i = 0; i < folders.gl_pathc && o->tasks; i++)
		if (!is_of(folders.gl_pathv[i], processes, count))
			add(o, folders.gl_pathv[i]);
	globfree(&folders);
	if (!o->tasks)
		return -ENOMEM;
	qsort(o->tasks, o->n, sizeof(*o->tasks), by_id);
	return 0;
}

void others__free(struct others *o)
{
	free(o->tasks);
	*o = (struct others){0};
}

static bool is_on(pid_t task, int cpu)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", task);
	/* The name, the second field of proc(5), is in parentheses and may hold any character. */
	return text_read(path, text, sizeof(text)) > 0 && strrchr(text, ')') &&
	       usage_number(strrchr(text, ')'), 39 - 2) == cpu;
}

int64_t others__since(const struct others *a, const struct others *b, int cpu)
{
	int64_t ns = 0;

	if (!a->n || !b->n)
		return MISSING;
	for (size_t i = 0; i < b->n; i++) {
		const struct others_task *now = &b->tasks[i],
					 *was = bsearch(now, a->tasks, a->n, sizeof(*now), by_id);
		int64_t ran_ns = now->ran_ns - (was ? was->ran_ns : 0);

		if (ran_ns > 0 && is_on(now->id, cpu))
			ns += ran_ns;
	}
	return ns;
}
