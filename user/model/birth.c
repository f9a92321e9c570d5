// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/birth.h"

#include <stdlib.h>
#include <string.h>

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

int64_t birth_work_ns(const struct birth *b)
{
	int64_t sum = 0, ns;

	for (int p = 0; p < PHASE_COUNT; p++) {
		ns = phase_is_work(p) ? phase_ns(&b->life, p) : MISSING;
		if (ns != MISSING && ns > 0)
			sum += ns;
	}
	return sum;
}
