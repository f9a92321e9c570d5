// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/answers.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "user/analysis/noise.h"
#include "user/analysis/stats.h"
#include "user/analysis/tracing.h"
#include "user/answers/births.h"
#include "user/answers/crossing.h"
#include "user/answers/figure.h"
#include "user/answers/limits.h"
#include "user/answers/loss.h"
#include "user/answers/slopes.h"
#include "user/answers/stall.h"
#include "user/answers/where.h"
#include "user/answers/words.h"
#include "user/model/phase.h"
#include "user/text/utf8.h"

#define CONTEST_MAX 64 /* parents */

/* Whether a row takes part among those that exec, or do not exec; threads are left out. */
static bool is_rival(const struct row *row, bool execs)
{
	return row__execs(row) == execs && row__judged(row)->n > 0 &&
	       cell__method_kind(row->cell) != METHOD_THREAD;
}

/* The parent's fastest row among those that exec, or do not exec. NULL: none. */
static const struct row *fastest(const struct rows *rows, size_t group, bool execs, size_t *rivals)
{
	const struct row *best = NULL;

	*rivals = 0;
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (row->group != group || !is_rival(row, execs))
			continue;
		++*rivals;
		if (!best || row__judged(row)->median < row__judged(best)->median)
			best = row;
	}
	return best;
}

/* The fastest method from each parent. */
struct contest {
	const struct row *winners[CONTEST_MAX];
	size_t count;
	bool same;  /* method */
	bool close; /* it is within CLOSE of the fastest everywhere */
};

/* Medians vary by this factor from run to run: a method within it is as good as the fastest. */
#define CLOSE 1.10

static void hold_contest(const struct rows *rows, bool execs, struct contest *c)
{
	size_t rivals;

	*c = (struct contest){.same = true};
	for (size_t i = 0; i < rows->n && c->count < CONTEST_MAX; i++) {
		const struct row *best = fastest(rows, rows->v[i].group, execs, &rivals);

		if ((i > 0 && rows->v[i].group == rows->v[i - 1].group) || rivals < 2)
			continue;
		c->winners[c->count++] = best;
		c->same = c->same && !strcmp(best->method, c->winners[0]->method);
	}
}

static const struct row *find_method(const struct rows *rows, size_t group, const char *method)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->v[i].group == group && !strcmp(rows->v[i].method, method))
			return &rows->v[i];
	}
	return NULL;
}

/* A method that is close to the fastest from every parent wins everywhere. */
static void prefer_one(const struct rows *rows, struct contest *c)
{
	const struct row *picks[CONTEST_MAX];
	size_t k;

	for (size_t i = 0; i < c->count && !c->same; i++) {
		for (k = 0; k < c->count; k++) {
			picks[k] = find_method(rows, c->winners[k]->group, c->winners[i]->method);
			if (!picks[k] || row__execs(picks[k]) != row__execs(c->winners[k]) ||
			    !(row__judged(picks[k])->median <=
			      CLOSE * row__judged(c->winners[k])->median))
				break;
		}
		c->same = c->close = k == c->count;
	}
	if (c->close)
		memcpy((void *)c->winners, (const void *)picks, c->count * sizeof(*picks));
}

static struct number judged_text(const struct row *row, const struct rows *rows)
{
	struct interval i = row__judged_interval(row);

	return words_time(&i, rows->instructions);
}

/* ", within noise of vfork-exec": those from its parent that may be as fast. */
static void say_ties(struct answer *a, const struct rows *rows, const struct row *best)
{
	const char *before = ", within noise of ";
	name_buf name;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];
		struct interval against;

		if (row == best || row->group != best->group || !is_rival(row, row__execs(best)))
			continue;
		against = row__against(row, best);
		if (!words_hold(&against, 1))
			continue;
		answer__detail(a, "%s%s", before, utf8_cut(row->method, NAME_WIDTH, name));
		before = " and ";
	}
}

/* "39.2 µs (38.8 to 39.6) from 1 MiB" */
static void say_time_from(struct answer *a, const struct rows *rows, const struct row *row)
{
	name_buf name;

	answer__detail(a, "%s from %s", judged_text(row, rows).text,
		       utf8_cut(row->parent, NAME_WIDTH, name));
	say_ties(a, rows, row);
}

/* Those from its parent that compete with `best`: the fastest of them, or NULL. */
static const struct row *runner_up(const struct rows *rows, const struct row *best)
{
	const struct row *next = NULL;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (row != best && row->group == best->group && is_rival(row, row__execs(best)) &&
		    (!next || row__judged(row)->median < row__judged(next)->median))
			next = row;
	}
	return next;
}

/* " from 1 MiB; posix_spawn takes 1.48 (1.23 to 1.62) times as long": by how much it is. */
static void say_lead(struct answer *a, const struct rows *rows, const struct row *best,
		     bool one_parent)
{
	const struct row *next = runner_up(rows, best);
	struct interval times;
	name_buf name;

	if (!one_parent)
		answer__figure(a, " from %s", utf8_cut(best->parent, NAME_WIDTH, name));
	if (!next)
		return;
	times = row__against(next, best);
	utf8_cut(next->method, NAME_WIDTH, name);
	if (words_hold(&times, 1))
		answer__figure(a, "; %s is within noise of it", name);
	else if (words_known(&times))
		answer__figure(a, "; %s takes %s times as long", name,
			       text_ratio_range(times.estimate, times.low, times.high).text);
	else
		answer__figure(a, "; %s takes %s times as long", name,
			       text_ratio(times.estimate).text);
}

/* "vfork, 7.8 µs": the same from every parent. */
static void say_one_winner(const struct contest *c, const struct rows *rows, struct answer *a)
{
	const struct row *first = c->winners[0], *last = c->winners[c->count - 1];
	name_buf name;

	answer__figure(a, "%s, %s", utf8_cut(first->method, NAME_WIDTH, name),
		       judged_text(first, rows).text);
	say_lead(a, rows, first, last == first);
	if (last == first) {
		answer__detail(a, "From the parent of %s",
			       utf8_cut(first->parent, NAME_WIDTH, name));
		say_ties(a, rows, first);
		return;
	}
	answer__detail(a, "The fastest%s from each of %zu parents: ",
		       c->close ? ", or within 10 % of it," : "", c->count);
	say_time_from(a, rows, first);
	answer__detail(a, "; ");
	say_time_from(a, rows, last);
}

static void say_winners(const struct contest *c, const struct rows *rows, struct answer *a)
{
	name_buf name, parent;

	const struct row *ends[] = {c->winners[0], c->winners[c->count - 1]};

	answer__figure(a, "it depends on the parent");
	for (size_t i = 0; i < 2; i++)
		answer__figure(a, "%s%s from %s", i ? ", " : ": ",
			       utf8_cut(ends[i]->method, NAME_WIDTH, name),
			       utf8_cut(ends[i]->parent, NAME_WIDTH, parent));
	for (size_t i = 0; i < c->count && i < WORDS_LISTED_MAX; i++) {
		answer__detail(a, "%s%s: %s, %s", i ? "; " : "",
			       utf8_cut(c->winners[i]->parent, NAME_WIDTH, parent),
			       utf8_cut(c->winners[i]->method, NAME_WIDTH, name),
			       judged_text(c->winners[i], rows).text);
		say_ties(a, rows, c->winners[i]);
	}
	words_rest(a, c->count);
}

/* Programs start faster, or if none was started, children are made faster: one of the two. */
static bool any_headline(const struct answers *answers)
{
	for (size_t i = 0; i < answers->n; i++) {
		if (answers->v[i].headline)
			return true;
	}
	return false;
}

static void say_fastest(struct answers *answers, const struct rows *rows, bool execs)
{
	bool others = any_headline(answers);
	struct interval i;
	struct contest c;
	struct answer *a;

	hold_contest(rows, execs, &c);
	prefer_one(rows, &c);
	if (c.count == 0)
		return;
	a = answers__add(answers, execs ? "Which call starts a program fastest?"
					: "Which call makes a child fastest?");
	a->headline = !others;
	if (c.same)
		say_one_winner(&c, rows, a);
	else
		say_winners(&c, rows, a);
	i = row__judged_interval(c.winners[0]);
	words_end(a, rows, &i,
		  execs ? "median, from the call until the program runs"
			: "median, call to return");
}

/* When each method's program runs, from one parent. */
static void say_starts_from(struct answer *a, const struct rows *rows, const struct row *of)
{
	const char *before = ": ";
	size_t listed = 0;
	name_buf name;

	answer__detail(a, "%s %s", a->detail[0] ? "; from" : "From",
		       utf8_cut(of->parent, NAME_WIDTH, name));
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (row->group != of->group || !is_rival(row, true))
			continue;
		if (listed++ < WORDS_LISTED_MAX)
			answer__detail(a, "%s%s %s", before,
				       utf8_cut(row->method, NAME_WIDTH, name),
				       judged_text(row, rows).text);
		before = ", ";
	}
	words_rest(a, listed);
}

/* From the smallest and the largest parent. */
static void say_starts(struct answers *answers, const struct rows *rows)
{
	const struct row *first = NULL, *last = NULL, *soonest = NULL, *latest = NULL;
	struct interval interval;
	struct answer *a;

	for (size_t i = 0; i < rows->n; i++) {
		if (!is_rival(&rows->v[i], true))
			continue;
		last = &rows->v[i];
		first = first ? first : last;
		if (!soonest || last->started.median < soonest->started.median)
			soonest = last;
		if (!latest || last->started.median > latest->started.median)
			latest = last;
	}
	if (!first)
		return;
	a = answers__add(answers, "When does the program run?");
	answer__figure(a, "%s", judged_text(soonest, rows).text);
	if (latest != soonest)
		answer__figure(a, " to %s", judged_text(latest, rows).text);
	answer__figure(a, " after the call");
	say_starts_from(a, rows, first);
	if (last->group != first->group)
		say_starts_from(a, rows, last);
	interval = row__judged_interval(first);
	words_end(a, rows, &interval, "medians");
}

static struct number change_text(const struct interval *i)
{
	return text_change_range(i->estimate, i->low, i->high);
}

/* On average; without an interval, and where the times are exact, from the least to the most. */
static void say_tracing_figure(const struct tracing *t, struct answer *a)
{
	if (words_hold(&t->mean, 1))
		answer__figure(a, "within the noise of this run (\xc2\xb1 %.2g %%)",
			       100 * fmax(1 - t->mean.low, t->mean.high - 1));
	else if (words_known(&t->mean))
		answer__figure(a, "%s%s", change_text(&t->mean).text,
			       t->cells > 1 ? " on average" : "");
	else if (t->cells == 1)
		answer__figure(a, "%s", change_text(&t->of_most).text);
	else
		answer__figure(a, "%s to %s", change_text(&t->of_least).text,
			       change_text(&t->of_most).text);
}

static void say_tracing(struct answers *answers, const struct rows *rows)
{
	struct answer *a;
	struct tracing t;
	name_buf name;

	if (tracing__of(&t, rows) || !t.least)
		return;
	a = answers__add(answers, "What did tracing cost?");
	say_tracing_figure(&t, a);
	answer__detail(a, "Medians of the call with and without probes, taken in turn: %s of %s",
		       change_text(&t.of_least).text, utf8_cut(t.least->label, NAME_WIDTH, name));
	if (t.most != t.least)
		answer__detail(a, ", %s of %s", change_text(&t.of_most).text,
			       utf8_cut(t.most->label, NAME_WIDTH, name));
	words_end(a, rows, &t.mean,
		  t.cells > 1 ? "the average is the geometric mean" : "one cell was");
}

/* First of all, since it applies to all numbers. */
static void say_noise(struct answers *answers, const struct rows *rows)
{
	struct strbuf text = {0};
	struct answer *a;
	struct noise n;

	noise__of(&n, rows);
	if (!noise__any(&n))
		return;
	a = answers__add(answers, "Was the machine quiet?");
	a->warning = true;
	noise__describe(&n, false, &text);
	answer__figure(a, "no: the numbers are noisy");
	answer__detail(a, "%s", strbuf__text(&text));
	a->detail[0] = (char)toupper((unsigned char)a->detail[0]);
	strbuf__free(&text);
}

void answers__of(struct answers *answers, const struct rows *rows, const struct birth_sums *births)
{
	answers->n = 0;
	say_noise(answers, rows);
	answers__add_figure(answers, rows);
	say_fastest(answers, rows, true);
	say_fastest(answers, rows, false);
	say_starts(answers, rows);
	answers__add_crossing(answers, rows, "fork-exec");
	answers__add_slopes(answers, rows);
	answers__add_where(answers, rows);
	answers__add_stall(answers, rows, births);
	answers__add_limits(answers, rows);
	say_tracing(answers, rows);
	if (births)
		answers__add_births(answers, rows, births);
	answers__add_loss(answers, rows);
}
