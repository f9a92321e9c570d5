// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/answers.h"

#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/answers/births.h"
#include "user/answers/crossing.h"
#include "user/answers/loss.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define MIB	    1048576.0
#define NAME_WIDTH  40
#define CONTEST_MAX 64 /* parents */
#define LISTED_MAX  6  /* entries of a list; tables have them all */

typedef char name_buf[NAME_WIDTH + 4];

/* Sums of a least-squares line. */
struct fit {
	size_t n;
	double x, y, xx, xy;
};

static void fit_add(struct fit *f, double x, double y)
{
	if (!isfinite(x) || !isfinite(y))
		return;
	f->n++;
	f->x += x;
	f->y += y;
	f->xx += x * x;
	f->xy += x * y;
}

static double fit_slope(const struct fit *f)
{
	double n = (double)f->n, below = n * f->xx - f->x * f->x;

	return f->n >= 2 && below > 0 ? (n * f->xy - f->x * f->y) / below : NAN;
}

/* What a line costs for each MiB of the parent, and its copy for each PTE; NAN if not known. */
struct slopes {
	double call, started, total; /* per MiB */
	double copy;		     /* copy_mm per present PTE copied */
};

/*
 * Least squares through the medians of a line's rows (those with its number). No `copy` where pages
 * are huge: what is counted then is not what is copied. False if the line has fewer than two sizes.
 */
static bool line_slopes(const struct rows *rows, size_t line, struct slopes *s)
{
	const char *pages = cell__pages(rows->v[line].cell);
	struct fit call = {0}, started = {0}, total = {0}, copy = {0};
	bool small = !pages || !strcmp(pages, "4k"), starred;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];
		const struct cell *counted = row__count(row, COUNT_ptes_copied);
		const struct cell *copied = row__phase(row, PHASE_copy_mm, &starred);
		double mib = (double)row->rss / MIB;

		if (row->line != line || row->rss == MISSING)
			continue;
		fit_add(&call, mib, row->call.median);
		fit_add(&started, mib, row->started.median);
		fit_add(&total, mib, row->total.median);
		if (small && counted && copied)
			fit_add(&copy, stats_median(&counted->counts[COUNT_ptes_copied]),
				stats_median(&copied->phases[PHASE_copy_mm]));
	}
	*s = (struct slopes){fit_slope(&call), fit_slope(&started), fit_slope(&total),
			     fit_slope(&copy)};
	return isfinite(s->call);
}

/* Without counts, by name: these methods call fork(2). */
static bool copies(const struct row *row)
{
	const struct cell *counted = row__count(row, COUNT_ptes_copied);
	bool starred;

	if (counted)
		return stats_median(&counted->counts[COUNT_ptes_copied]) > 0;
	return row__phase(row, PHASE_copy_mm, &starred) || !strcmp(row->method, "fork") ||
	       !strcmp(row->method, "fork-exec");
}

/* The parent's fastest row among those that exec, or do not exec; threads are left out. NULL: none.
 */
static const struct row *fastest(const struct rows *rows, size_t group, bool execs, size_t *rivals)
{
	const struct row *best = NULL;

	*rivals = 0;
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (row->group != group || row__execs(row) != execs || row__judged(row)->n == 0 ||
		    !strcmp(row->method, "thread"))
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

/* Ends a list of `n` entries of which LISTED_MAX are listed. */
static void say_rest(struct answer *a, size_t n)
{
	if (n > LISTED_MAX)
		answer__detail(a, "; and %zu more", n - LISTED_MAX);
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

/* "vfork, 7.8 µs": the same from every parent. */
static void say_one_winner(const struct contest *c, bool instructions, struct answer *a)
{
	const struct row *first = c->winners[0], *last = c->winners[c->count - 1];
	name_buf name, other;

	answer__figure(a, "%s, %s", utf8_cut(first->method, NAME_WIDTH, name),
		       text_time_words(row__judged(first)->median, instructions).text);
	if (last == first) {
		answer__detail(a, "From the parent of %s",
			       utf8_cut(first->parent, NAME_WIDTH, name));
		return;
	}
	answer__detail(a, "The fastest%s from each of %zu parents: %s from %s, %s from %s",
		       c->close ? ", or within 10 % of it," : "", c->count,
		       text_time_words(row__judged(first)->median, instructions).text,
		       utf8_cut(first->parent, NAME_WIDTH, name),
		       text_time_words(row__judged(last)->median, instructions).text,
		       utf8_cut(last->parent, NAME_WIDTH, other));
}

static void say_winners(const struct contest *c, bool instructions, struct answer *a)
{
	name_buf name, parent;

	answer__figure(a, "it depends on the parent");
	for (size_t i = 0; i < c->count && i < LISTED_MAX; i++)
		answer__detail(
			a, "%s%s: %s, %s", i ? "; " : "",
			utf8_cut(c->winners[i]->parent, NAME_WIDTH, parent),
			utf8_cut(c->winners[i]->method, NAME_WIDTH, name),
			text_time_words(row__judged(c->winners[i])->median, instructions).text);
	say_rest(a, c->count);
}

static void say_fastest(struct answers *answers, const struct rows *rows, bool execs)
{
	struct contest c;
	struct answer *a;

	hold_contest(rows, execs, &c);
	prefer_one(rows, &c);
	if (c.count == 0)
		return;
	a = answers__add(answers, execs ? "Which call starts a program fastest?"
					: "Which call makes a child fastest?");
	if (c.same)
		say_one_winner(&c, rows->instructions, a);
	else
		say_winners(&c, rows->instructions, a);
	answer__detail(a, execs ? " (median, from the call until the program runs)."
				: " (median, call to return).");
}

/* Whether row i begins a line with a slope. `forks`: only fork's, since other calls add costs of
 * their own. */
static bool is_sloped(const struct rows *rows, size_t i, bool forks)
{
	const struct row *row = &rows->v[i];

	return row->line == i && copies(row) && (!forks || !strcmp(row->method, "fork"));
}

/* "fork: call 9.2 us, total 21.9 us" */
static void say_slopes(struct answer *a, const char *label, const struct slopes *s,
		       bool instructions)
{
	name_buf name;

	answer__detail(a, "%s%s: call %s", a->detail[0] ? "; " : "",
		       utf8_cut(label, NAME_WIDTH, name),
		       text_time_words(s->call, instructions).text);
	if (isfinite(s->started))
		answer__detail(a, ", program runs %s",
			       text_time_words(s->started, instructions).text);
	if (isfinite(s->total))
		answer__detail(a, ", until reaped %s",
			       text_time_words(s->total, instructions).text);
	if (isfinite(s->copy))
		answer__detail(a, "; copy_mm %s per present PTE copied",
			       text_time_words(s->copy, instructions).text);
}

static void say_slope(struct answers *answers, const struct rows *rows)
{
	struct answer *a = NULL;
	size_t listed = 0;
	struct slopes s;
	bool forks = false;

	for (size_t i = 0; i < rows->n; i++)
		forks = forks || is_sloped(rows, i, true);
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];

		if (!is_sloped(rows, i, forks) || !line_slopes(rows, i, &s))
			continue;
		if (!a) {
			a = answers__add(answers, "What does the parent's memory cost?");
			answer__figure(a, "%s per MiB",
				       text_time_words(isfinite(s.total) ? s.total : s.call,
						       rows->instructions)
					       .text);
		}
		if (listed++ < LISTED_MAX)
			say_slopes(a, row->label, &s, rows->instructions);
	}
	if (!a)
		return;
	say_rest(a, listed);
	answer__detail(a, " (per MiB: slopes of the medians, by least squares).");
}

static void say_tracing(struct answers *answers, const struct rows *rows)
{
	const struct row *least = NULL, *most = NULL;
	double low = INFINITY, high = -INFINITY;
	struct number least_text, most_text;
	struct answer *a;
	size_t cells = 0;
	name_buf name;

	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = &rows->v[i];
		double before =
			row->bare ? stats_median(&row->bare->samples[SAMPLE_spawn_ns]) : NAN;
		double change = row->call.median / before - 1;

		if (!isfinite(change))
			continue;
		cells++;
		if (change < low)
			low = change, least = row;
		if (change > high)
			high = change, most = row;
	}
	if (!least || !most)
		return;
	a = answers__add(answers, "What did tracing cost?");
	least_text = text_change(1, 1 + low);
	most_text = text_change(1, 1 + high);
	if (cells == 1)
		answer__figure(a, "%s", least_text.text);
	else
		answer__figure(a, "%s to %s", least_text.text, most_text.text);
	answer__detail(a, "Medians of the call with and without probes, taken in turn: %s of %s",
		       least_text.text, utf8_cut(least->label, NAME_WIDTH, name));
	if (most != least)
		answer__detail(a, ", %s of %s", most_text.text,
			       utf8_cut(most->label, NAME_WIDTH, name));
	answer__detail(a, ".");
}

void answers__of(struct answers *answers, const struct rows *rows, const struct birth_sums *births)
{
	answers->n = 0;
	say_fastest(answers, rows, true);
	say_fastest(answers, rows, false);
	answers__add_crossing(answers, rows, "fork-exec");
	say_slope(answers, rows);
	say_tracing(answers, rows);
	if (births)
		answers__add_births(answers, rows, births);
	answers__add_loss(answers, rows);
}
