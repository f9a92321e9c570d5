// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In which phase a call's time goes. */
#include "user/answers/where.h"

#include <math.h>
#include <stdio.h>

#include "user/analysis/stats.h"
#include "user/answers/words.h"
#include "user/model/phase.h"
#include "user/text/utf8.h"

/* A row's largest phase, as a share of its call. */
struct share {
	const struct row *row;
	enum phase phase;
	struct interval of_call; /* the medians, block by block */
};

static bool is_of_call(enum phase p)
{
	return phase_models[p].group == GROUP_CALL && phase_models[p].part_of == PHASE_none;
}

/* Of the times taken with the probe set of the rows; false: there are none. */
static bool find_largest(const struct row *row, struct share *s)
{
	double most = 0;

	*s = (struct share){.row = row, .phase = PHASE_none};
	for (int p = 0; p < PHASE_COUNT; p++) {
		double ns = is_of_call(p) ? stats_median(&row->cell->phases[p]) : NAN;

		if (ns > most) {
			most = ns;
			s->phase = p;
		}
	}
	return s->phase != PHASE_none && row->call.median > 0;
}

/* 0 or -ENOMEM. */
static int measure(struct share *s, const struct run *run)
{
	const struct series *times = &s->row->cell->phases[s->phase];
	struct blocks b;
	int err = blocks__medians(&b, run, s->row->cell, times);

	if (err)
		return err;
	if (b.n != s->row->call_blocks.n)
		b.n = 0;
	for (size_t i = 0; i < b.n; i++)
		b.v[i] /= s->row->call_blocks.v[i];
	s->of_call = blocks__log_interval(&b, stats_median(times) / s->row->call.median);
	if (s->of_call.high > 1) /* a phase of a call is no more than it */
		s->of_call.high = fmax(1, s->of_call.estimate);
	return 0;
}

/* "91 % (89 to 93)" */
static struct number percent(const struct interval *i)
{
	struct number n;

	if (words_known(i))
		snprintf(n.text, sizeof(n.text), "%.0f %% (%.0f to %.0f)", 100 * i->estimate,
			 100 * i->low, 100 * i->high);
	else
		snprintf(n.text, sizeof(n.text), "%.0f %%", 100 * i->estimate);
	return n;
}

/* The longest call of all; it has a phase. */
static bool find_longest(const struct rows *rows, struct share *longest)
{
	struct share s;
	bool any = false;

	for (size_t i = 0; i < rows->n; i++) {
		if (find_largest(&rows->v[i], &s) &&
		    (!any || s.row->call.median > longest->row->call.median)) {
			*longest = s;
			any = true;
		}
	}
	return any;
}

void answers__add_where(struct answers *answers, const struct rows *rows)
{
	struct share longest;
	struct answer *a;
	name_buf method, parent;

	if (!find_longest(rows, &longest) || measure(&longest, rows->run))
		return;
	a = answers__add(answers, "Where does the time of the longest call go?");
	a->headline = true;
	answer__figure(a, "%s, %s of %s from %s", phase_name(longest.phase),
		       percent(&longest.of_call).text,
		       utf8_cut(longest.row->method, NAME_WIDTH, method),
		       utf8_cut(longest.row->parent, NAME_WIDTH, parent));
	answer__detail(a, "That is %s", phase_models[longest.phase].brief);
	words_end(a, rows, &longest.of_call, "its median, of that of the call");
}
