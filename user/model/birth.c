// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/birth.h"

#include <stdlib.h>
#include <string.h>

#include "user/text/escape.h"
#include "user/text/layout.h"

static const char *const methods[] = {
	[CLONE_METHOD_FORK] = "fork",	[CLONE_METHOD_VFORK] = "vfork",
	[CLONE_METHOD_SPAWN] = "spawn", [CLONE_METHOD_THREAD] = "thread",
	[CLONE_METHOD_OTHER] = "other",
};

#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))

void birth__free(struct birth *b)
{
	free(b->path);
	free(b->args);
	b->path = b->args = NULL;
}

const char *method_name(uint32_t method)
{
	return method > 0 && method < METHOD_COUNT ? methods[method] : "?";
}

uint32_t method_by_name(const char *name)
{
	for (uint32_t i = 1; i < METHOD_COUNT; i++)
		if (!strcmp(methods[i], name))
			return i;
	return 0;
}

bool birth_restarts(const struct birth *b)
{
	return b->life.result == -ERESTARTNOINTR;
}

const char *errno_name(int number)
{
	return number == ERESTARTNOINTR ? "ERESTARTNOINTR" : strerrorname_np(number);
}

int64_t birth_time(const struct birth *b)
{
	for (int e = 0; e < EDGE_COUNT; e++)
		if (b->life.edge[e])
			return (int64_t)b->life.edge[e];
	return MISSING;
}

int64_t birth_call_ns(const struct birth *b)
{
	uint64_t from = b->life.edge[EDGE_clone_enter], to = b->life.edge[EDGE_clone_return];

	return from && to ? (int64_t)(to - from) : MISSING;
}

int64_t birth_rss(const struct birth *b)
{
	const int64_t *count = b->life.count;

	if (count[COUNT_parent_rss_anon] == MISSING || count[COUNT_parent_rss_file] == MISSING ||
	    count[COUNT_parent_rss_shmem] == MISSING)
		return MISSING;
	return count[COUNT_parent_rss_anon] + count[COUNT_parent_rss_file] +
	       count[COUNT_parent_rss_shmem];
}

int64_t birth_phases(const struct birth *b, int64_t ns[PHASE_COUNT])
{
	int64_t work = 0;

	for (int p = 0; p < PHASE_COUNT; p++) {
		ns[p] = phase_ns(&b->life, p);
		if (phase_is_work(p) && ns[p] > 0) /* MISSING is below 0 */
			work += ns[p];
	}
	return work;
}

int64_t birth_work_ns(const struct birth *b)
{
	int64_t ns[PHASE_COUNT];

	return birth_phases(b, ns);
}

static void append_argument(char *text, size_t size, const char *argument)
{
	char shown[4 * COMMAND_ARGS_MAX + 1];
	bool quote = !*argument || strpbrk(argument, " '\"$&|;<>()*?") != NULL;

	escape_text(argument, shown, sizeof(shown));
	layout_append(text, size, quote ? "%s'%s'" : "%s%s", *text ? " " : "", shown);
}

/* For a script, the kernel puts the interpreter before the script's path in argv. */
static bool is_script(const struct birth *b)
{
	for (size_t at = 0; at < b->args_bytes; at += strlen(b->args + at) + 1)
		if (at && !strcmp(b->args + at, b->path))
			return true;
	return false;
}

void birth_command(const struct birth *b, char *text, size_t size)
{
	char path[4 * COMMAND_PATH_MAX + 1];
	bool first;

	text[0] = '\0';
	if (!b->path)
		return;
	first = !is_script(b);
	escape_text(b->path, path, sizeof(path));
	if (first)
		layout_append(text, size, "%s", path);
	for (size_t at = 0; at < b->args_bytes; at += strlen(b->args + at) + 1) {
		if (!first)
			append_argument(text, size, b->args + at);
		first = false;
	}
	if (b->args_total > b->args_bytes)
		layout_append(text, size, " ..");
}

/* "/proc/self/exe", or with a number or "thread-self": it stands for a program, and names none. */
static bool is_own_program(const char *path)
{
	return !strncmp(path, "/proc/", 6) && !strcmp(strrchr(path, '/'), "/exe");
}

const char *birth_program(const struct birth *b)
{
	const char *slash = b->path ? strrchr(b->path, '/') : NULL;

	if (b->path && b->exe[0] && is_own_program(b->path))
		return b->exe;
	return slash && slash[1] ? slash + 1 : b->path;
}
