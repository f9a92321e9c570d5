// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sizes of the parent at which a method that execs is more expensive than ROW_REFERENCE. */
#include <math.h>
#include <string.h>

#include "user/answers/crossing.h"
#include "user/text/numbers.h"

#define MIB	   1048576.0
#define SIZES_MAX  64
#define LISTED_MAX 8 /* sizes, one by one */

/* A method over the sizes at which it and the reference were measured. */
struct line {
	const struct row *v[SIZES_MAX];
	size_t n;
	size_t slower;	/* how many of them have the method slower */
	size_t changes; /* from one size to the next, between slower and not */
	size_t change;	/* the size after the first change */
};

static bool is_slower(const struct row *row)
{
	return row__ratio(row) > 1;
}

static bool is_measured(const struct row *row)
{
	return row->rss != MISSING && row->rss >= 0 && isfinite(row__ratio(row)) &&
	       row__ratio(row) > 0;
}

/* Rows are sorted by size. */
static void find_line(const struct rows *rows, const char *method, struct line *line)
{
	*line = (struct line){0};
	for (size_t i = 0; i < rows->n && line->n < SIZES_MAX; i++) {
		const struct row *row = &rows->v[i];

		if (strcmp(row->method, method) || !row__execs(row) || !is_measured(row) ||
		    (line->n && row->line != line->v[0]->line))
			continue;
		line->v[line->n++] = row;
		line->slower += is_slower(row);
		if (line->n < 2 || is_slower(line->v[line->n - 2]) == is_slower(row))
			continue;
		if (line->changes++ == 0)
			line->change = line->n - 1;
	}
}

/*
 * The size at which both methods cost the same: where straight lines through their medians cross,
 * in a log-log plot; in a linear plot if the smaller size is 0, which has no logarithm.
 */
static double crossing(const struct row *below, const struct row *above)
{
	double a = log(row__ratio(below)), b = log(row__ratio(above));

	if (below->rss > 0) // NOLINT(clang-analyzer-core.NullDereference): two rows are there
		return exp(log((double)below->rss) +
			   a / (a - b) * (log((double)above->rss) - log((double)below->rss)));
	a = row__judged(below)->median - row__judged(below->reference)->median;
	b = row__judged(above)->median - row__judged(above->reference)->median;
	return (double)above->rss * a / (a - b);
}

static void say_figure(const struct line *line, struct answer *a)
{
	double mib;

	if (!line->changes) {
		answer__figure(a, "at %s size measured", line->slower ? "every" : "no");
		return;
	}
	if (line->changes > 1) {
		answer__figure(a, "at %zu of %zu sizes measured", line->slower, line->n);
		return;
	}
	mib = crossing(line->v[line->change - 1], line->v[line->change]) / MIB;
	answer__figure(a, "%s about %.*f MiB", is_slower(line->v[0]) ? "up to" : "beyond",
		       mib < 0.095 ? 3
		       : mib < 10  ? 1
				   : 0,
		       mib);
	answer__detail(a, "An estimate: the lines through the measured sizes cross there. ");
}

/* The smallest and the largest size; all sizes if the method is slower at some and faster at
 * others. */
static void say_ratios(const struct line *line, struct answer *a)
{
	size_t step = line->changes > 1 || line->n < 2 ? 1 : line->n - 1;
	size_t listed = line->changes > 1 && line->n > LISTED_MAX ? LISTED_MAX : line->n;

	for (size_t i = 0; i < listed; i += step)
		answer__detail(a,
			       i ? ", from %s %.3g times"
				 : "From %s its program runs after %.3g times as long as that "
				   "of " ROW_REFERENCE,
			       text_bytes(line->v[i]->rss).text, row__ratio(line->v[i]));
	answer__detail(a, listed < line->n ? ", and so on." : ".");
}

void answers__add_crossing(struct answers *answers, const struct rows *rows, const char *method)
{
	struct answer *a;
	struct line line;

	find_line(rows, method, &line);
	if (line.n == 0)
		return;
	a = answers__add(answers, "When is %s more expensive than " ROW_REFERENCE "?", method);
	say_figure(&line, a);
	say_ratios(&line, a);
}
