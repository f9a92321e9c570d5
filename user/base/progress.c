// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/shared/clock.h"

#define BAR_WIDTH 30

struct progress {
	size_t steps;
	size_t done;
	const char *what;
	int64_t start_s;
	int64_t shown_s;
};

struct progress *progress__new(size_t steps, bool quiet, const char *what)
{
	struct progress *p;

	if (quiet || !steps || !isatty(STDERR_FILENO))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (p) {
		p->steps = steps;
		p->what = what;
		p->start_s = p->shown_s = now_ns() / NS_PER_S;
	}
	return p;
}

void progress__step(struct progress *p)
{
	size_t filled;
	int64_t now_s, left_s;

	if (!p)
		return;
	p->done++;
	now_s = now_ns() / NS_PER_S;
	if (now_s == p->shown_s)
		return;
	p->shown_s = now_s;
	filled = BAR_WIDTH * p->done / p->steps;
	left_s = (now_s - p->start_s) * (int64_t)(p->steps - p->done) / (int64_t)p->done;
	fprintf(stderr, "\r[%.*s%*s] %zu/%zu %s, about %" PRId64 " s left ", (int)filled,
		"##############################", (int)(BAR_WIDTH - filled), "", p->done, p->steps,
		p->what, left_s);
}

void progress__free(struct progress *p)
{
	if (!p)
		return;
	fprintf(stderr, "\r\033[K");
	free(p);
}
