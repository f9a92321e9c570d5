// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* In which phase a call's time goes. */
#include "user/answers/where.h"

#include <math.h>

#include "user/analysis/stats.h"
#include "user/answers/share.h"
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

	if (!find_longest(rows, &longest))
		return;
	longest.of_call = share__of(rows, longest.row, longest.phase, &longest.row->call_blocks,
				    longest.row->call.median);
	if (isnan(longest.of_call.estimate))
		return;
	a = answers__add(answers, "Where does the time of the longest call go?");
	a->headline = true;
	answer__figure(a, "%s, %s of %s from %s", phase_name(longest.phase),
		       share__text(&longest.of_call).text,
		       utf8_cut(longest.row->method, NAME_WIDTH, method),
		       utf8_cut(longest.row->parent, NAME_WIDTH, parent));
	answer__detail(a, "That is %s", phase_models[longest.phase].brief);
	words_end(a, rows, &longest.of_call, "its median, of that of the call");
}
