// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/answer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define MIB	    1048576.0
#define NAME_WIDTH  40
#define CONTEST_MAX 64 /* parents */
#define TOLD_MAX    6  /* of a list: the tables have all */

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

bool line_slope(const struct report_run *r, size_t line, double *per_mib, double *per_pte)
{
	struct fit mib = {0}, pte = {0};

	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];
		const struct cell *counted = row__count(row, COUNT_ptes_copied);

		if (row->line != line || row->rss == MISSING)
			continue;
		fit_add(&mib, (double)row->rss / MIB, row->call.median);
		if (counted)
			fit_add(&pte, stats_median(&counted->counts[COUNT_ptes_copied]),
				row->call.median);
	}
	*per_mib = fit_slope(&mib);
	*per_pte = fit_slope(&pte);
	return isfinite(*per_mib);
}

/* Untraced, the name tells: the call of these is fork(2). */
static bool copies(const struct row *row)
{
	const struct cell *counted = row__count(row, COUNT_ptes_copied);
	bool starred;

	if (counted)
		return stats_median(&counted->counts[COUNT_ptes_copied]) > 0;
	return row__phase(row, PHASE_copy_mm, &starred) || !strcmp(row->method, "fork") ||
	       !strcmp(row->method, "fork-exec");
}

/* The fastest row of a parent that does, or does not, start a program; NULL if there is none. A
 * thread is no process, and not in the race. */
static const struct row *fastest(const struct report_run *r, size_t group, bool execs,
				 size_t *rivals)
{
	const struct row *best = NULL;

	*rivals = 0;
	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];

		if (row->group != group || row__execs(row) != execs || row->call.n == 0 ||
		    !strcmp(row->method, "thread"))
			continue;
		++*rivals;
		if (!best || row->call.median < best->call.median)
			best = row;
	}
	return best;
}

static struct answer *next(struct answer *answers, size_t *n, const char *question)
{
	struct answer *a = &answers[(*n)++];

	*a = (struct answer){0};
	snprintf(a->question, sizeof(a->question), "%s", question);
	return a;
}

/* Who wins from each parent. */
struct contest {
	const struct row *winners[CONTEST_MAX];
	size_t count;
	bool same;  /* method */
	bool close; /* it is not everywhere the fastest, but nowhere far from it */
};

/* Nearer to the fastest than this, a method is as good: medians vary as much from run to run. */
#define CLOSE 1.10

static void hold_contest(const struct report_run *r, bool execs, struct contest *c)
{
	size_t rivals;

	*c = (struct contest){.same = true};
	for (size_t i = 0; i < r->count && c->count < CONTEST_MAX; i++) {
		const struct row *best = fastest(r, r->rows[i].group, execs, &rivals);

		if ((i > 0 && r->rows[i].group == r->rows[i - 1].group) || rivals < 2)
			continue;
		c->winners[c->count++] = best;
		c->same = c->same && !strcmp(best->method, c->winners[0]->method);
	}
}

/* The end of a list of `n` of which TOLD_MAX were told. */
static void say_rest(struct answer *a, size_t n)
{
	if (n > TOLD_MAX)
		layout_append(a->detail, sizeof(a->detail), "; and %zu more", n - TOLD_MAX);
}

static const struct row *find_method(const struct report_run *r, size_t group, const char *method)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->rows[i].group == group && !strcmp(r->rows[i].method, method))
			return &r->rows[i];
	}
	return NULL;
}

/* A method that is close to the fastest from every parent wins everywhere. */
static void prefer_one(const struct report_run *r, struct contest *c)
{
	const struct row *rows[CONTEST_MAX];
	size_t k;

	for (size_t i = 0; i < c->count && !c->same; i++) {
		for (k = 0; k < c->count; k++) {
			rows[k] = find_method(r, c->winners[k]->group, c->winners[i]->method);
			if (!rows[k] ||
			    !(rows[k]->call.median <= CLOSE * c->winners[k]->call.median))
				break;
		}
		c->same = c->close = k == c->count;
	}
	if (c->close)
		memcpy((void *)c->winners, (const void *)rows, c->count * sizeof(*rows));
}

/* "vfork, 7.8 µs": the same from every parent. */
static void say_one_winner(const struct contest *c, bool instructions, struct answer *a)
{
	const struct row *first = c->winners[0], *last = c->winners[c->count - 1];
	char text[NUMBER_MAX];
	name_buf name;

	layout_append(a->figure, sizeof(a->figure), "%s, %s",
		      utf8_cut(first->method, NAME_WIDTH, name),
		      text_time_words(first->call.median, instructions, text));
	if (last == first) {
		layout_append(a->detail, sizeof(a->detail), "From the parent of %s",
			      utf8_cut(first->parent, NAME_WIDTH, name));
		return;
	}
	layout_append(a->detail, sizeof(a->detail),
		      "The fastest%s from each of %zu parents: %s from that of ",
		      c->close ? ", or within 10 % of it," : "", c->count,
		      text_time_words(first->call.median, instructions, text));
	layout_append(a->detail, sizeof(a->detail), "%s, %s",
		      utf8_cut(first->parent, NAME_WIDTH, name),
		      text_time_words(last->call.median, instructions, text));
	layout_append(a->detail, sizeof(a->detail), " from that of %s",
		      utf8_cut(last->parent, NAME_WIDTH, name));
}

static void say_winners(const struct contest *c, bool instructions, struct answer *a)
{
	char text[NUMBER_MAX];
	name_buf name, parent;

	snprintf(a->figure, sizeof(a->figure), "it depends on the parent");
	for (size_t i = 0; i < c->count && i < TOLD_MAX; i++)
		layout_append(a->detail, sizeof(a->detail), "%s%s: %s, %s", i ? "; " : "",
			      utf8_cut(c->winners[i]->parent, NAME_WIDTH, parent),
			      utf8_cut(c->winners[i]->method, NAME_WIDTH, name),
			      text_time_words(c->winners[i]->call.median, instructions, text));
	say_rest(a, c->count);
}

static void say_fastest(const struct report_run *r, bool execs, struct answer *answers, size_t *n)
{
	struct contest c;
	struct answer *a;

	hold_contest(r, execs, &c);
	prefer_one(r, &c);
	if (c.count == 0)
		return;
	a = next(answers, n,
		 execs ? "Which call starts a program fastest?"
		       : "Which call makes a child fastest?");
	if (c.same)
		say_one_winner(&c, r->instructions, a);
	else
		say_winners(&c, r->instructions, a);
	layout_append(a->detail, sizeof(a->detail), " (median, call to return).");
}

/* Which lines the slope is told of: what other calls add to a fork's copy is not the parent's. */
static bool is_sloped(const struct report_run *r, size_t i, bool forks)
{
	const struct row *row = &r->rows[i];

	return row->line == i && copies(row) && (!forks || !strcmp(row->method, "fork"));
}

static void say_slope(const struct report_run *r, struct answer *answers, size_t *n)
{
	struct answer *a = NULL;
	size_t told = 0;
	double per_mib, per_pte;
	bool forks = false;
	char text[NUMBER_MAX];
	name_buf name;

	for (size_t i = 0; i < r->count; i++)
		forks = forks || is_sloped(r, i, true);
	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];

		if (!is_sloped(r, i, forks) || !line_slope(r, i, &per_mib, &per_pte))
			continue;
		if (!a) {
			a = next(answers, n, "What does the parent's memory cost?");
			layout_append(a->figure, sizeof(a->figure), "%s per MiB",
				      text_time_words(per_mib, r->instructions, text));
		}
		if (told++ >= TOLD_MAX)
			continue;
		layout_append(a->detail, sizeof(a->detail), "%s%s: ", a->detail[0] ? "; " : "",
			      utf8_cut(row->label, NAME_WIDTH, name));
		layout_append(a->detail, sizeof(a->detail), "%s per MiB",
			      text_time_words(per_mib, r->instructions, text));
		if (isfinite(per_pte))
			layout_append(a->detail, sizeof(a->detail), ", %s per present PTE copied",
				      text_time_words(per_pte, r->instructions, text));
	}
	if (!a)
		return;
	say_rest(a, told);
	layout_append(a->detail, sizeof(a->detail), " (slope of the medians, by least squares).");
}

static void say_tracing(const struct report_run *r, struct answer *answers, size_t *n)
{
	const struct row *least = NULL, *most = NULL;
	double low = INFINITY, high = -INFINITY;
	char a_text[NUMBER_MAX], b_text[NUMBER_MAX];
	struct answer *a;
	size_t cells = 0;
	name_buf name;

	for (size_t i = 0; i < r->count; i++) {
		const struct row *row = &r->rows[i];
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
	a = next(answers, n, "What did tracing cost?");
	text_change(1, 1 + low, a_text);
	text_change(1, 1 + high, b_text);
	if (cells == 1)
		snprintf(a->figure, sizeof(a->figure), "%s", a_text);
	else
		snprintf(a->figure, sizeof(a->figure), "%s to %s", a_text, b_text);
	snprintf(a->detail, sizeof(a->detail),
		 "Medians of the call with and without probes, taken in turn: %s of %s", a_text,
		 utf8_cut(least->label, NAME_WIDTH, name));
	if (most != least)
		layout_append(a->detail, sizeof(a->detail), ", %s of %s", b_text,
			      utf8_cut(most->label, NAME_WIDTH, name));
	layout_append(a->detail, sizeof(a->detail), ".");
}

size_t answers_of(const struct report_run *r, struct answer answers[ANSWERS_MAX])
{
	size_t n = 0;

	say_fastest(r, true, answers, &n);
	say_fastest(r, false, answers, &n);
	n = answers_of_crossing(r, "fork", answers, n);
	n = answers_of_crossing(r, "fork-exec", answers, n);
	say_slope(r, answers, &n);
	say_tracing(r, answers, &n);
	if (r->births)
		n = answers_of_births(r, answers, n);
	return answers_of_loss(r, answers, n);
}
