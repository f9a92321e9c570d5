// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* From which size of the parent on a method is dearer than REPORT_REFERENCE. */
#include <math.h>
#include <string.h>

#include "user/answers/answer.h"
#include "user/text/numbers.h"

#define MIB	  1048576.0
#define SIZES_MAX 64
#define TOLD_MAX  8 /* sizes, one by one */

/* A method's line over the sizes at which it and the reference were measured. */
struct line {
	const struct row *v[SIZES_MAX];
	size_t n;
	size_t dearer;	/* at so many of them */
	size_t changes; /* from one size to the next, between dearer and not */
	size_t change;	/* the size after the first change */
};

static double ratio(const struct row *row)
{
	return row->reference ? row->call.median / row->reference->call.median : NAN;
}

static bool is_dearer(const struct row *row)
{
	return ratio(row) > 1;
}

static bool is_measured(const struct row *row)
{
	return row->rss != MISSING && row->rss >= 0 && isfinite(ratio(row)) && ratio(row) > 0;
}

/* Rows are in order of their sizes. */
static void find_line(const struct report_run *r, const char *method, struct line *line)
{
	*line = (struct line){0};
	for (size_t i = 0; i < r->count && line->n < SIZES_MAX; i++) {
		const struct row *row = &r->rows[i];

		if (strcmp(row->method, method) || !is_measured(row) ||
		    (line->n && row->line != line->v[0]->line))
			continue;
		line->v[line->n++] = row;
		line->dearer += is_dearer(row);
		if (line->n < 2 || is_dearer(line->v[line->n - 2]) == is_dearer(row))
			continue;
		if (line->changes++ == 0)
			line->change = line->n - 1;
	}
}

/*
 * Where the two methods cost the same: between two sizes, straight lines through their medians
 * cross there; in a log-log plot, or in a plain one from size 0, which has no logarithm.
 */
static double crossing(const struct row *below, const struct row *above)
{
	double a = log(ratio(below)), b = log(ratio(above));

	if (below->rss > 0)
		return exp(log((double)below->rss) +
			   a / (a - b) * (log((double)above->rss) - log((double)below->rss)));
	a = below->call.median - below->reference->call.median;
	b = above->call.median - above->reference->call.median;
	return (double)above->rss * a / (a - b);
}

static void say_figure(const struct line *line, struct answer *a)
{
	double mib;

	if (line->dearer == 0 || line->dearer == line->n) {
		snprintf(a->figure, sizeof(a->figure), "at %s size measured",
			 line->dearer ? "every" : "no");
		return;
	}
	if (line->changes > 1) {
		snprintf(a->figure, sizeof(a->figure), "at %zu of %zu sizes measured", line->dearer,
			 line->n);
		return;
	}
	mib = crossing(line->v[line->change - 1], line->v[line->change]) / MIB;
	snprintf(a->figure, sizeof(a->figure), "%s about %.*f MiB",
		 is_dearer(line->v[0]) ? "up to" : "beyond",
		 mib < 0.095 ? 3
		 : mib < 10  ? 1
			     : 0,
		 mib);
	snprintf(a->detail, sizeof(a->detail),
		 "An estimate: the lines through the measured sizes cross there. ");
}

/* The ends, or every size where it goes up and down. */
static void say_ratios(const struct line *line, struct answer *a)
{
	size_t step = line->changes > 1 || line->n < 2 ? 1 : line->n - 1;
	size_t told = line->changes > 1 && line->n > TOLD_MAX ? TOLD_MAX : line->n;
	char at[NUMBER_MAX];

	for (size_t i = 0; i < told; i += step)
		layout_append(a->detail, sizeof(a->detail),
			      i ? ", from %s %.3g times"
				: "From %s its call takes %.3g times that of " REPORT_REFERENCE,
			      text_bytes(line->v[i]->rss, at), ratio(line->v[i]));
	layout_append(a->detail, sizeof(a->detail), told < line->n ? ", and so on." : ".");
}

size_t answers_of_crossing(const struct report_run *r, const char *method,
			   struct answer answers[ANSWERS_MAX], size_t n)
{
	struct answer *a = &answers[n];
	struct line line;

	find_line(r, method, &line);
	if (line.n == 0)
		return n;
	*a = (struct answer){0};
	snprintf(a->question, sizeof(a->question), "When is %s dearer than " REPORT_REFERENCE "?",
		 method);
	say_figure(&line, a);
	say_ratios(&line, a);
	return n + 1;
}
