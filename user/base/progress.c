// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/base/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/shared/clock.h"
#include "user/base/say.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

#define BAR_MOST  30
#define BAR_LEAST 5

struct progress {
	size_t steps;
	size_t done;
	const char *what;
	int64_t start_s;
	int64_t shown_s;
	bool shown; /* a bar stands on the line */
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

/* Prints a bar as far as the terminal has room for it, and the text. */
static void show(char *text, size_t done, size_t steps)
{
	size_t columns = say_width(stderr), room, bar, filled;

	if (!columns)
		columns = LAYOUT_WIDTH_DEFAULT;
	layout_cut(text, columns - 1);
	room = columns - utf8_width(text) - 1;
	bar = room < BAR_LEAST + strlen("[] ") ? 0 : room - strlen("[] ");
	bar = bar < BAR_MOST ? bar : BAR_MOST;
	filled = bar * done / steps;
	fputc('\r', stderr);
	if (bar)
		fprintf(stderr, "[%.*s%*s] ", (int)filled, "##############################",
			(int)(bar - filled), "");
	fputs(text, stderr);
}

void progress__step(struct progress *p)
{
	int64_t now_s, left_s;
	char text[128];

	if (!p)
		return;
	p->done++;
	now_s = now_ns() / NS_PER_S;
	if (now_s == p->shown_s)
		return;
	p->shown_s = now_s;
	left_s = (now_s - p->start_s) * (int64_t)(p->steps - p->done) / (int64_t)p->done;
	snprintf(text, sizeof(text), "%zu/%zu %s, about %" PRId64 " s left ", p->done, p->steps,
		 p->what, left_s);
	show(text, p->done, p->steps);
	p->shown = true;
}

void progress__free(struct progress *p)
{
	if (!p)
		return;
	if (p->shown)
		fprintf(stderr, "\r\033[K");
	free(p);
}
