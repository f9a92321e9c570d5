// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 30

struct progress {
	size_t steps;
	size_t done;
	const char *what;
	time_t start;
	time_t shown;
};

static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

struct progress *progress__new(size_t steps, bool quiet, const char *what)
{
	struct progress *p;

	if (quiet || !steps || !isatty(STDERR_FILENO))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (p) {
		p->steps = steps;
		p->what = what;
		p->start = p->shown = now();
	}
	return p;
}

void progress__step(struct progress *p)
{
	size_t filled;
	long left;

	if (!p)
		return;
	p->done++;
	if (now() == p->shown)
		return;
	p->shown = now();
	filled = BAR_WIDTH * p->done / p->steps;
	left = (p->shown - p->start) * (long)(p->steps - p->done) / (long)p->done;
	fprintf(stderr, "\r[%.*s%*s] %zu/%zu %s, about %ld s left ", (int)filled,
		"##############################", (int)(BAR_WIDTH - filled), "", p->done, p->steps,
		p->what, left);
}

void progress__free(struct progress *p)
{
	if (!p)
		return;
	fprintf(stderr, "\r\033[K");
	free(p);
}
