// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/bar.h"

#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/phase.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

/* For the phases of a call and the others, in their order; neighbours differ. Further phases keep
 * their letter. */
static const char *const blocks[] = {
	"\xe2\x96\x91", /* light shade */ "\xe2\x96\x88",  /* full block */
	"\xe2\x96\x92", /* medium shade */ "\xe2\x96\x93", /* dark shade */
	"\xe2\x96\x84", /* lower half */ "\xe2\x96\x9a",   /* quadrants */
};
static const char *const other_blocks[] = {
	"\xe2\x96\x8f", /* left eighth */ "\xe2\x96\x8e",     /* left quarter */
	"\xe2\x96\x9e", /* quadrants */ "\xe2\x96\x80",	      /* upper half */
	"\xe2\x96\x99", /* three quadrants */ "\xe2\x96\x86", /* lower three quarters */
	"\xe2\x96\x81", /* lower eighth */ "\xe2\x96\x8c",    /* left half */
	"\xe2\x96\x90",					      /* right half */
};
static const char rest[] = "\xc2\xb7"; /* middle dot */

static double above_0(double ns)
{
	return ns > 0 ? ns : 0;
}

void bar__draw(const double ns[PHASE_COUNT], const struct off_cpu *off, size_t width,
	       char bar[BAR_MAX + 1])
{
	double sum = 0, at = 0;
	size_t used = 0, end;

	if (width > BAR_MAX)
		width = BAR_MAX;
	for (int p = 0; p < PHASE_COUNT; p++)
		sum += above_0(ns[p]);
	bar[0] = '\0';
	if (!(sum > 0))
		return;
	sum += above_0(off->ns) + above_0(off->rest);
	for (int p = 0; p < PHASE_COUNT; p++) {
		at += above_0(ns[p]);
		end = (size_t)lround(at / sum * (double)width);
		memset(bar + used, phase_models[p].letter, end - used);
		used = end;
	}
	end = (size_t)lround((at + above_0(off->ns)) / sum * (double)width);
	memset(bar + used, BAR_OFF_CPU, end - used);
	memset(bar + end, BAR_REST, width - end);
	bar[width] = '\0';
}

bool bar__has(enum phase p)
{
	return phase_models[p].group == GROUP_CALL && phase_models[p].part_of == PHASE_none;
}

void bar__of_call(const struct rows *rows, const struct row *row, size_t width,
		  char bar[BAR_MAX + 1])
{
	double ns[PHASE_COUNT] = {0};
	struct off_cpu off;
	bool starred;

	for (int p = 0; p < PHASE_COUNT; p++) {
		const struct cell *c = bar__has(p) ? row__phase(row, p, &starred) : NULL;

		if (c)
			ns[p] = stats_median(&c->phases[p]);
	}
	if (row__off_cpu(rows, row, &off))
		off = (struct off_cpu){0};
	bar__draw(ns, &off, width, bar);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* NULL: it keeps its letter. */
static const char *block_of(char letter)
{
	size_t calls = 0, others = 0;

	if (letter == BAR_REST)
		return rest;
	for (int p = 0; p < PHASE_COUNT; p++) {
		bool call = bar__has(p), found = phase_models[p].letter == letter;

		if (phase_models[p].part_of != PHASE_none)
			continue;
		if (found && call)
			return calls < COUNT(blocks) ? blocks[calls] : NULL;
		if (found)
			return others < COUNT(other_blocks) ? other_blocks[others] : NULL;
		calls += call;
		others += !call;
	}
	return NULL;
}

void bar__add(struct strbuf *text, char letter)
{
	/* U+2588 stands for all: a locale has all of them or none. */
	const char *block = text_shows(0x2588) ? block_of(letter) : NULL;

	if (block)
		strbuf__add(text, "%s", block);
	else
		strbuf__add(text, "%c", letter);
}

void bar__add_all(struct strbuf *text, const char *bar)
{
	for (; *bar; bar++)
		bar__add(text, *bar);
}

static void add_meaning(struct strbuf *text, const char *used, char letter, const char *name)
{
	if (!strchr(used, letter))
		return;
	strbuf__add(text, " ");
	bar__add(text, letter);
	strbuf__add(text, " %s", name);
}

void bar__add_key(struct strbuf *text, const char *used)
{
	for (int p = 0; p < PHASE_COUNT; p++) {
		if (phase_models[p].part_of == PHASE_none)
			add_meaning(text, used, phase_models[p].letter, phase_name(p));
	}
	add_meaning(text, used, BAR_OFF_CPU, "off the CPU (" ROW_OFF_CPU_BRIEF ")");
	add_meaning(text, used, BAR_REST, "unattributed");
}
