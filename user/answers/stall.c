// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Who else pays for a birth: the threads that wait for the lock of what is copied. */
#include "user/answers/stall.h"

#include <math.h>

#include "user/analysis/stats.h"
#include "user/answers/words.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

static double stall_of(const struct row *row, enum sample_kind s)
{
	return stats_median(&row->cell->samples[s]);
}

/* The row with the longest wait, and the one from its parent with the shortest; NULL: none. */
static const struct row *longest(const struct rows *rows)
{
	const struct row *most = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		double ns = stall_of(&rows->v[i], SAMPLE_stall_ns);

		if (!isnan(ns) && (!most || ns > stall_of(most, SAMPLE_stall_ns)))
			most = &rows->v[i];
	}
	return most;
}

static const struct row *shortest(const struct rows *rows, const struct row *from)
{
	const struct row *least = from;

	for (size_t i = 0; i < rows->n; i++) {
		if (rows->v[i].group == from->group &&
		    stall_of(&rows->v[i], SAMPLE_stall_ns) < stall_of(least, SAMPLE_stall_ns))
			least = &rows->v[i];
	}
	return least;
}

static void say_cells(struct answers *answers, const struct rows *rows)
{
	const struct row *most = longest(rows), *least;
	struct answer *a;
	name_buf name;

	if (!most)
		return;
	least = shortest(rows, most);
	a = answers__add(answers, "How long do the parent's other threads wait?");
	a->headline = a->beside = true;
	answer__figure(a, "%s",
		       text_time_words(stall_of(most, SAMPLE_stall_ns), rows->instructions).text);
	answer__figure(a, " during %s", utf8_cut(most->method, NAME_WIDTH, name));
	answer__figure(a, " from %s", utf8_cut(most->parent, NAME_WIDTH, name));
	if (least != most) {
		answer__figure(
			a, ", %s during ",
			text_time_words(stall_of(least, SAMPLE_stall_ns), rows->instructions).text);
		answer__figure(a, "%s", utf8_cut(least->method, NAME_WIDTH, name));
	}
	answer__detail(a, "The longest touch of memory by any of these threads, a median; ");
	answer__detail(
		a, "without a call %s. ",
		text_time_words(stall_of(most, SAMPLE_stall_base_ns), rows->instructions).text);
	answer__detail(a, "A fork holds the lock of the address space while it copies it.");
}

static void say_births(struct answers *answers, const struct rows *rows, const struct birth_sums *s)
{
	const struct group *all = &s->groups.all, *most = NULL;
	struct answer *a;
	name_buf name;

	if (!all->stall.n)
		return;
	for (size_t i = 0; i < s->groups.n; i++) {
		const struct group *g = &s->groups.v[i];

		if (g->stall.n && (!most || g->stall_sum_ns > most->stall_sum_ns))
			most = g;
	}
	a = answers__add(answers, "How long did other threads wait while a process forked?");
	answer__figure(a, "up to %s",
		       text_time_words((double)all->stall.max, rows->instructions).text);
	answer__detail(a, "In sum %s during %s %s",
		       text_time_words(all->stall_sum_ns, rows->instructions).text,
		       text_count((double)all->stall.n).text,
		       text_plural((int64_t)all->stall.n, "fork", "forks"));
	if (most && all->stall_sum_ns > 0)
		answer__detail(a, ", %.0f %% of it in %s",
			       100 * most->stall_sum_ns / all->stall_sum_ns,
			       utf8_cut(most->label ? most->label : "", NAME_WIDTH, name));
	answer__detail(a, ". This is not part of the work: others pay it.");
}

void answers__add_stall(struct answers *answers, const struct rows *rows,
			const struct birth_sums *births)
{
	say_cells(answers, rows);
	if (births)
		say_births(answers, rows, births);
}
