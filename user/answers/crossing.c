// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The sizes of the parent at which a method that execs is more expensive than ROW_REFERENCE. */
#include <math.h>
#include <string.h>

#include "user/analysis/line.h"
#include "user/answers/crossing.h"
#include "user/answers/words.h"

#define MIB	   1048576.0
#define SIZES_MAX  64
#define LISTED_MAX 8 /* sizes, one by one */

/* A method over the sizes at which it and the reference were measured. */
struct line {
	const struct row *v[SIZES_MAX];
	size_t n;
	size_t slower, within_noise; /* of them */
};

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
		line->slower += row__order(row) == ROW_SLOWER;
		line->within_noise += row__order(row) == ROW_WITHIN_NOISE;
	}
}

/* The first size that is not within noise; there is one. */
static bool begins_slower(const struct line *line)
{
	size_t i = 0;

	while (row__order(line->v[i]) == ROW_WITHIN_NOISE)
		i++;
	return row__order(line->v[i]) == ROW_SLOWER;
}

static void say_crossing(const struct line *line, const struct interval *bytes, struct answer *a)
{
	double mib = bytes->estimate / MIB;

	answer__figure(a, "%s about ", begins_slower(line) ? "up to" : "beyond");
	if (words_known(bytes))
		answer__figure(a, "%s MiB",
			       text_ratio_range(mib, bytes->low / MIB, bytes->high / MIB).text);
	else
		answer__figure(a, "%.*f MiB", mib < 0.095 ? 3 : mib < 10 ? 1 : 0, mib);
	answer__detail(a, "An estimate: the lines through the measured sizes cross there. ");
}

static void say_figure(const struct line *line, const struct interval *bytes, struct answer *a)
{
	if (isfinite(bytes->estimate))
		say_crossing(line, bytes, a);
	else if (line->within_noise == line->n)
		answer__figure(a, "within the noise of this run");
	else if (line->slower == 0 || line->slower == line->n)
		answer__figure(a, "at %s size measured", line->slower ? "every" : "no");
	else
		answer__figure(a, "at %zu of %zu sizes measured", line->slower, line->n);
	if (line->within_noise && line->within_noise < line->n && !isfinite(bytes->estimate))
		answer__figure(a, ", within noise at %zu", line->within_noise);
}

/* The smallest and the largest size; all sizes if the method is slower at some and faster at
 * others. */
static void say_ratios(const struct line *line, bool all, struct answer *a)
{
	size_t step = all || line->n < 2 ? 1 : line->n - 1;
	size_t listed = all && line->n > LISTED_MAX ? LISTED_MAX : line->n;

	for (size_t i = 0; i < listed; i += step) {
		struct interval ratio = row__ratio_interval(line->v[i]);

		answer__detail(a, i ? ", from %s " : "From %s its program runs after ",
			       text_bytes(line->v[i]->rss).text);
		if (words_known(&ratio))
			answer__detail(
				a, "%s times",
				text_ratio_range(ratio.estimate, ratio.low, ratio.high).text);
		else
			answer__detail(a, "%.3g times", ratio.estimate);
		answer__detail(a, i ? "" : " as long as that of " ROW_REFERENCE);
	}
	if (listed < line->n)
		answer__detail(a, ", and so on");
}

void answers__add_crossing(struct answers *answers, const struct rows *rows, const char *method)
{
	struct interval bytes, ratio;
	struct answer *a;
	struct line line;

	find_line(rows, method, &line);
	if (line.n == 0)
		return;
	a = answers__add(answers, "When is %s more expensive than " ROW_REFERENCE "?", method);
	bytes = line__crossing(line.v, line.n);
	say_figure(&line, &bytes, a);
	say_ratios(&line, !isfinite(bytes.estimate) && line.slower && line.slower < line.n, a);
	ratio = row__ratio_interval(line.v[0]);
	words_end(a, rows, &ratio, "medians");
}
