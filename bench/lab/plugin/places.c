// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/lab/plugin/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_MAX   64
#define ROUTINES_MAX 256

static const char *const role_names[PLACE_ROLE_COUNT] = {
	[PLACE_CLEAR] = "clear",	 [PLACE_COPY] = "copy",		  [PLACE_SWITCH] = "switch",
	[PLACE_FORK] = "fork",		 [PLACE_START] = "start",	  [PLACE_EXEC] = "exec",
	[PLACE_SIGNAL] = "signal",	 [PLACE_SIGRETURN] = "sigreturn", [PLACE_FAULT] = "fault",
	[PLACE_EXCEPTION] = "exception", [PLACE_INTERRUPT] = "interrupt", [PLACE_STUBS] = "stubs",
};

struct routine {
	uint64_t start, end;
	enum place_role role;
};

static struct point points[POINTS_MAX];
static size_t point_count;
static struct routine routines[ROUTINES_MAX];
static size_t routine_count;

static enum place_role role_named(const char *name)
{
	for (int i = 0; i < PLACE_ROLE_COUNT; i++) {
		if (role_names[i] && !strcmp(role_names[i], name))
			return i;
	}
	return PLACE_NONE;
}

static bool read_point(const char *line)
{
	char name[64], mark[16] = "";
	struct point p;

	if (point_count == POINTS_MAX ||
	    sscanf(line, "%" SCNx64 " %63s %15s", &p.address, name, mark) < 2)
		return false;
	p.returns = !strcmp(mark, "return");
	snprintf(p.name, sizeof(p.name), "%s", name);
	snprintf(p.name_return, sizeof(p.name_return), "%s_return", name);
	points[point_count++] = p;
	return true;
}

static int by_start(const void *a, const void *b)
{
	uint64_t x = ((const struct routine *)a)->start, y = ((const struct routine *)b)->start;

	return (x > y) - (x < y);
}

static bool read_routine(const char *line)
{
	struct routine *r = &routines[routine_count];
	char role[16];

	if (routine_count == ROUTINES_MAX ||
	    sscanf(line, "%" SCNx64 " %" SCNx64 " %15s", &r->start, &r->end, role) != 3)
		return false;
	r->role = role_named(role);
	if (r->role >= PLACE_START && r->role != PLACE_STUBS)
		r->end = r->start + 1;
	routine_count++;
	return r->role != PLACE_NONE;
}

static int read_lines(const char *path, bool (*read_one)(const char *line))
{
	FILE *in = path ? fopen(path, "re") : NULL;
	char line[256];
	bool good = in;

	while (good && fgets(line, sizeof(line), in))
		good = read_one(line);
	if (in)
		fclose(in);
	if (!good)
		fprintf(stderr, "plugin: %s: a list of points or routines is missing or bad\n",
			path ? path : "points=FILE and routines=FILE");
	return good ? 0 : -1;
}

int places_read_points(const char *path)
{
	return read_lines(path, read_point);
}

int places_read_routines(const char *path)
{
	int err = read_lines(path, read_routine);

	qsort(routines, routine_count, sizeof(*routines), by_start);
	return err;
}

const struct point *places_point(uint64_t address)
{
	for (size_t i = 0; i < point_count; i++) {
		if (points[i].address == address)
			return &points[i];
	}
	return NULL;
}

enum place_role places_role(uint64_t address)
{
	size_t low = 0, high = routine_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (routines[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Some may have the same start; they do not overlap else. */
	return low && address < routines[low - 1].end ? routines[low - 1].role : PLACE_NONE;
}

uint64_t places_start(enum place_role role)
{
	for (size_t i = 0; i < routine_count; i++) {
		if (routines[i].role == role)
			return routines[i].start;
	}
	return 0;
}
