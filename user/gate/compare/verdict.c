// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/verdict.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/gate/compare/decide.h"
#include "user/gate/compare/format.h"
#include "user/gate/compare/share.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

const char *gate_verdict_name(enum gate_verdict v)
{
	switch (v) {
	case GATE_PASS:
		return "pass";
	case GATE_REGRESSION:
		return "regression";
	case GATE_INCONCLUSIVE:
		return "inconclusive";
	case GATE_TROUBLE:
		return "trouble";
	default:
		return "not comparable";
	}
}

struct gate_row *gate_report__add_row(struct gate_report *r)
{
	struct gate_row *rows = r->rows;

	if ((r->row_count & (r->row_count - 1)) == 0) { /* full: double it */
		rows = reallocarray(rows, r->row_count ? 2 * r->row_count : 1, sizeof(*rows));
		if (!rows)
			return NULL;
		r->rows = rows;
	}
	rows[r->row_count] = (struct gate_row){
		.change = NAN,
		.low = NAN,
		.high = NAN,
		.tolerance = NAN,
		.smallest = NAN,
		.needed = NAN,
		.spread = NAN,
		.p_regression = NAN,
		.p_pass = NAN,
		.p_better = NAN,
		.p_more = NAN,
		.p_permutation = NAN,
	};
	return &rows[r->row_count++];
}

/* Escaped, and cut between characters. */
static void format_note(char *note, size_t size, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	escape_text(text, note, size);
}

void gate_row__note(struct gate_row *row, const char *format, ...)
{
	char note[512];
	va_list args;

	va_start(args, format);
	format_note(note, sizeof(note), format, args);
	va_end(args);
	row->few_pairs = false;
	row->note[0] = '\0';
	layout_append(row->note, sizeof(row->note), "%s", note);
}

double gate_row__new(const struct gate_row *row)
{
	bool paired = row->pairs > 0 && !row->pooled && !row->split &&
		      (row->kind == GATE_STATISTICAL || row->kind == GATE_SHOWN);

	return paired && isfinite(row->change) ? row->a * (1 + row->change) : row->b;
}

bool gate_row__is_failed(const struct gate_row *row)
{
	return row->of && row->of->kind == METRIC_FAILED;
}

double gate_row__change(const struct gate_row *row)
{
	return row->a == row->b ? 0 : row->b / row->a - 1;
}

int gate_report__note(struct gate_report *r, const char *format, ...)
{
	char **notes, note[512];
	va_list args;

	va_start(args, format);
	format_note(note, sizeof(note), format, args);
	va_end(args);
	for (size_t i = 0; i < r->note_count; i++) {
		if (!strcmp(r->notes[i], note))
			return 0;
	}
	notes = reallocarray(r->notes, r->note_count + 1, sizeof(*notes));
	if (!notes)
		return -ENOMEM;
	r->notes = notes;
	notes[r->note_count] = strdup(note);
	if (!notes[r->note_count])
		return -ENOMEM;
	r->note_count++;
	return 0;
}

struct gate_row *gate_report__row_like(struct gate_report *r, const struct gate_row *like)
{
	for (size_t i = 0; i < r->row_count; i++) {
		if (r->rows[i].of == like->of && !strcmp(r->rows[i].cell, like->cell) &&
		    !strcmp(r->rows[i].probe_set, like->probe_set))
			return &r->rows[i];
	}
	return NULL;
}

void gate_report__free(struct gate_report *r)
{
	for (size_t i = 0; i < r->note_count; i++)
		free(r->notes[i]);
	free(r->notes);
	free(r->rows);
	free(r->differences);
	free(r->clock);
	free(r->order);
	*r = (struct gate_report){0};
}

struct tally {
	size_t exact, statistical, budget; /* rows that gate */
	size_t means, tails;
	size_t measured; /* rows of these that are not only failed calls */
	size_t regressions, inconclusive;
	size_t pairs_least, pairs_most; /* of the statistical rows */
	size_t accepted;		/* further rows, which pass because they are accepted */
	const struct gate_row *first_accepted;
	const struct gate_row *worst; /* the first row with the wanted verdict */
};

static bool is_lab(const struct gate_report *r)
{
	return clock_counts_instructions(r->clock);
}

static bool is_count(const struct gate_row *row)
{
	return row->of && metric_is_count(row->of);
}

/*
 * The order of rows of one verdict: failed calls and missing values; then exact ones, which are
 * certain; then times, the whole call before its parts, and medians before means and tails. In the
 * lab everything is exact, and times come before counts: the total first, which no order of parent
 * and child changes, then those with the most instructions.
 */
static int rank_of(const struct gate_report *r, const struct gate_row *row)
{
	enum { FIRST, COUNT, VARYING_COUNT, CALL, TIME, PHASE, POOLED, LAB_COUNT };
	bool lab = is_lab(r);

	if (gate_row__is_failed(row) || !isfinite(row->a))
		return FIRST;
	if (is_count(row) && lab)
		return LAB_COUNT;
	if (is_count(row))
		return row->demoted ? VARYING_COUNT : COUNT;
	if (lab && row->of == metric_of_sample(SAMPLE_total_ns))
		return CALL;
	if (lab) /* a bill is a sum of phases, and says less than the one that moved */
		return row->of && row->of->kind == METRIC_BILL ? PHASE : TIME;
	if (row->of && row->of->kind == METRIC_PHASE)
		return PHASE;
	if (row->pooled)
		return POOLED;
	return row->of == metric_of_sample(SAMPLE_spawn_ns) ? CALL : TIME;
}

double gate_row__few(const struct gate_row *row)
{
	return GATE_LAYOUT_PAGES * (!strcmp(row->unit, "bytes") ? 4096.0 : 1.0);
}

/*
 * The size of a change, to sort rows of one rank. Counts: the share, damped for small counts, where
 * a few more mean as little as they do between two layouts. Instructions: the number of them.
 * Times: the share that is certain.
 */
static double weight_of(const struct gate_report *r, const struct gate_row *row)
{
	if (is_count(row))
		return (row->b - row->a) / (row->a + gate_row__few(row));
	if (is_lab(r) && row->kind == GATE_EXACT)
		return row->b - row->a;
	return isfinite(row->low) ? row->low : row->change;
}

static int verdict_rank(const struct gate_row *row)
{
	if (row->kind == GATE_SHOWN)
		return 4;
	if (row->verdict == GATE_REGRESSION)
		return 0;
	if (row->verdict == GATE_INCONCLUSIVE)
		return 1;
	return row->improved ? 2 : 3;
}

static int compare_rows(const void *a, const void *b, void *report)
{
	const struct gate_row *x = a, *y = b;
	int verdict = verdict_rank(x) - verdict_rank(y), rank = 0;
	double wx, wy;

	if (verdict != 0 || verdict_rank(x) > 1)
		return verdict ? verdict : (x->place > y->place) - (x->place < y->place);
	rank = rank_of(report, x) - rank_of(report, y);
	wx = weight_of(report, x);
	wy = weight_of(report, y);
	/* NAN compares with nothing. */
	if (rank == 0 && wx != wy && !isnan(wx) && !isnan(wy))
		rank = wx > wy ? -1 : 1;
	if (rank == 0 && isnan(wx) != isnan(wy))
		rank = isnan(wx) ? -1 : 1;
	return rank ? rank : (x->place > y->place) - (x->place < y->place);
}

/* The worst first. Rules of a budget stay in the order of their file. */
static void sort_rows(struct gate_report *r)
{
	if (r->row_count == 0 || r->rows[0].kind == GATE_BUDGET)
		return;
	for (size_t i = 0; i < r->row_count; i++)
		r->rows[i].place = i;
	qsort_r(r->rows, r->row_count, sizeof(*r->rows), compare_rows, r);
}

static struct tally count_rows(const struct gate_report *r, enum gate_verdict wanted)
{
	struct tally t = {.pairs_least = SIZE_MAX};

	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (row->kind == GATE_SHOWN)
			continue;
		if (row->accepted) {
			t.first_accepted = t.accepted++ ? t.first_accepted : row;
			t.measured++;
			continue;
		}
		t.exact += row->kind == GATE_EXACT;
		if (row->pooled) {
			t.means += row->of->kind == METRIC_MEAN;
			t.tails += row->of->kind != METRIC_MEAN;
		} else if (row->kind == GATE_STATISTICAL) {
			t.statistical++;
			t.pairs_least = row->pairs < t.pairs_least ? row->pairs : t.pairs_least;
			t.pairs_most = row->pairs > t.pairs_most ? row->pairs : t.pairs_most;
		}
		t.budget += row->kind == GATE_BUDGET;
		t.measured += !gate_row__is_failed(row) || row->kind == GATE_BUDGET;
		t.regressions += row->verdict == GATE_REGRESSION;
		t.inconclusive += row->verdict == GATE_INCONCLUSIVE;
		if (row->verdict == wanted && !t.worst)
			t.worst = row;
	}
	return t;
}

static const char *plural(size_t n)
{
	return text_plural((int64_t)n, "", "s");
}

/* Appends to the headline. */
#define say(report, ...) layout_append((report)->headline, sizeof((report)->headline), __VA_ARGS__)

static void say_row(struct gate_report *r, const struct gate_row *row)
{
	char a[32], b[32], text[32];
	bool lab = !strcmp(row->unit, "instructions") && row->kind != GATE_BUDGET;
	bool spelt = strcmp(row->unit, "ns") && strcmp(row->unit, "bytes") && !lab;
	const char *blank = spelt ? " " : "", *unit = spelt ? row->unit : "";
	/* "1 birth" */
	size_t length = strlen(unit),
	       one = gate_row__new(row) == 1 && length > 0 && unit[length - 1] == 's';

	say(r, "%s%s%s", row->cell, row->cell[0] ? ": " : "", row->metric);
	if (lab)
		say(r, " %+.0f instructions a spawn,", row->b - row->a);
	if (isfinite(row->change) && row->kind != GATE_BUDGET)
		say(r, " %s", gate_percent(row->change, text, sizeof(text)));
	if (isfinite(row->low) && isfinite(row->high))
		say(r, " [%+.1f, %+.1f]", 100 * row->low, 100 * row->high);
	if (!isfinite(row->a) && !isfinite(row->b))
		return;
	if (row->kind == GATE_BUDGET)
		gate_value_beside(row->b, row->a, row->unit, b, sizeof(b));
	else
		gate_value(gate_row__new(row), row->unit, b, sizeof(b));
	if (row->kind == GATE_BUDGET)
		say(r, ", but it is %s%s%.*s", b, blank, (int)(length - one), unit);
	else
		say(r, " (%s -> %s%s%.*s)", gate_value(row->a, row->unit, a, sizeof(a)), b, blank,
		    (int)(length - one), unit);
}

/* What passed within its margin: ", means within 10 %, tails within 100 %". */
static void say_pooled(struct gate_report *r, const struct tally *t)
{
	const char *comma = r->headline[0] ? ", " : "";

	if (t->means > 0)
		say(r, "%smeans within %.4g %%", comma, 100 * r->margin_mean);
	comma = r->headline[0] ? ", " : "";
	if (t->tails > 0)
		say(r, "%stails within %.4g %%", comma, 100 * r->margin_tail);
	else if (r->few_samples > 0)
		say(r, "%stails unknown (%zu sample%s)", comma, r->few_samples,
		    plural(r->few_samples));
	if (t->statistical == 0 && t->means + t->tails > 0)
		say(r, " (%zu pair%s of runs)", r->pairs, plural(r->pairs));
}

static void say_pass(struct gate_report *r, const struct tally *t)
{
	if (t->budget > 0) {
		say(r, "%zu value%s within budget", t->budget, plural(t->budget));
		return;
	}
	if (t->exact > 0)
		say(r, "%zu exact metric%s not worse", t->exact, plural(t->exact));
	if (t->statistical > 0) {
		say(r, "%s%zu timed metric%s less than %.4g %% slower (", t->exact > 0 ? ", " : "",
		    t->statistical, plural(t->statistical), 100 * r->margin);
		if (t->pairs_least < t->pairs_most)
			say(r, "%zu to ", t->pairs_least);
		say(r, "%zu pair%s of runs)", t->pairs_most, plural(t->pairs_most));
	}
	say_pooled(r, t);
}

/* A mean or a tail that rose, or seems to have by more than it may. */
static bool has_risen(const struct gate_row *row)
{
	return row->pooled && row->change > 0 &&
	       (row->moved || (row->kind == GATE_STATISTICAL && row->verdict != GATE_PASS &&
			       isfinite(row->p_more)));
}

/* What rose by more than what decided: "; but fork at 64M: call_tail +855 %". */
static void say_moved(struct gate_report *r, const struct gate_row *worst)
{
	const struct gate_row *most = NULL;
	char text[32];

	if (worst && (worst->pooled || worst->kind != GATE_STATISTICAL))
		return;
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (has_risen(row) && !(worst && row->change <= worst->change + r->margin) &&
		    (!most || row->change > most->change))
			most = row;
	}
	if (most)
		say(r, "%sbut %s: %s %s", r->headline[0] ? "; " : "", most->cell, most->metric,
		    gate_percent(most->change, text, sizeof(text)));
}

static void say_samples(struct gate_report *r)
{
	if (r->samples[0] && r->verdict != GATE_NOT_COMPARABLE)
		say(r, "%sbut %s", r->headline[0] ? "; " : "", r->samples);
}

/* Whatever the verdict is. */
static void say_accepted(struct gate_report *r, const struct tally *t)
{
	char text[32];

	if (t->accepted == 0)
		return;
	say(r, "%saccepted: %s: %s %s", r->headline[0] ? "; " : "", t->first_accepted->cell,
	    t->first_accepted->metric, gate_percent(t->first_accepted->change, text, sizeof(text)));
	if (t->accepted > 1)
		say(r, " and %zu more", t->accepted - 1);
}

static void say_regression(struct gate_report *r, const struct tally *t)
{
	char share[160];

	say_row(r, t->worst);
	if (is_lab(r)) {
		gate_share(r, t->worst, share, sizeof(share));
		say(r, "%s%s", share[0] ? ", " : "", share);
	}
	if (t->worst->split || t->worst->by_sum ||
	    (gate_row__is_failed(t->worst) && t->worst->note[0]))
		say(r, ": %s", t->worst->note);
	if (t->regressions > 1)
		say(r, "; and %zu more", t->regressions - 1);
}

static bool too_few_pairs(const struct gate_report *r, const struct gate_row *row)
{
	return row->kind == GATE_STATISTICAL && !row->demoted &&
	       ldexp(1, -(int)row->pairs) > r->alpha_pass;
}

static void say_inconclusive(struct gate_report *r, const struct tally *t)
{
	const struct gate_row *worst = t->worst;
	char text[32];

	if (too_few_pairs(r, worst)) {
		if (t->exact > 0)
			say(r, "%zu exact metric%s not worse, but ", t->exact, plural(t->exact));
		say(r, "%zu pair%s of runs cannot decide times (it takes 5, taken in turn)",
		    worst->pairs, plural(worst->pairs));
		return;
	}
	if (worst->note[0] && !worst->pooled && !worst->split && !worst->by_sum)
		say(r, "%s%s%s", worst->cell, worst->cell[0] ? ": " : "", worst->metric);
	else
		say_row(r, worst);
	if (worst->note[0])
		say(r, ": %s", worst->note);
	if (isfinite(worst->smallest))
		say(r, "; %zu pair%s would show %s", worst->pairs, plural(worst->pairs),
		    gate_percent(worst->smallest, text, sizeof(text)));
	if (t->inconclusive > 1)
		say(r, "; and %zu more", t->inconclusive - 1);
}

/* Cut values of more columns: they end with "..". */
#define DIFFERENCE_WIDTH 32

/* Where two values begin to differ, at a blank; 0 if the first columns show it. */
static size_t difference_start(const struct gate_difference *d)
{
	size_t same = 0, blank = 0;

	for (; d->a[same] && d->a[same] == d->b[same]; same++) {
		if (d->a[same] == ' ')
			blank = same + 1;
	}
	return utf8_width_of(d->a, blank) < DIFFERENCE_WIDTH / 2 ? 0 : blank;
}

static void say_value(struct gate_report *r, const char *value, size_t start)
{
	char text[sizeof(r->differences->a)];

	snprintf(text, sizeof(text), "%s", value + start);
	layout_cut(text, DIFFERENCE_WIDTH);
	say(r, "%s%s", start ? ".." : "", text);
}

static void say_difference(struct gate_report *r, const struct gate_difference *d)
{
	size_t start = difference_start(d);

	say(r, "%s (", d->name);
	say_value(r, d->a, start);
	say(r, " | ");
	say_value(r, d->b, start);
	say(r, ")");
}

static void say_differences(struct gate_report *r)
{
	const char *first = "";
	size_t said = 0;

	for (size_t i = 0; i < r->difference_count; i++) {
		const struct gate_difference *d = &r->differences[i];

		if (d->declared)
			continue;
		if (said == 0)
			first = d->name;
		if (said < 3) {
			say(r, "%s", said ? ", " : "");
			say_difference(r, d);
		}
		said++;
	}
	if (said > 3)
		say(r, " and %zu more", said - 3);
	if (said > 0)
		say(r, " differ%s%s", text_plural((int64_t)said, "s", ""),
		    !strcmp(first, "clock") ? "" : "; --factor declares what may");
}

void gate_report__conclude(struct gate_report *r)
{
	bool differs = r->verdict == GATE_NOT_COMPARABLE;
	struct tally t;

	/* The headline already says why. */
	if (differs && r->headline[0])
		return;
	sort_rows(r);
	t = count_rows(r, GATE_PASS);
	r->headline[0] = '\0';
	if (r->verdict != GATE_NOT_COMPARABLE) {
		r->verdict = t.regressions    ? GATE_REGRESSION
			     : t.inconclusive ? GATE_INCONCLUSIVE
			     : t.measured > 0 ? GATE_PASS
					      : GATE_NOT_COMPARABLE;
	}
	t = count_rows(r, r->verdict);
	switch (r->verdict) {
	case GATE_PASS:
		say_pass(r, &t);
		say_moved(r, NULL);
		break;
	case GATE_REGRESSION:
		say_regression(r, &t);
		say_moved(r, t.worst);
		break;
	case GATE_INCONCLUSIVE:
		say_inconclusive(r, &t);
		say_moved(r, t.worst);
		break;
	case GATE_TROUBLE:
		break;
	case GATE_NOT_COMPARABLE:
		/* Differences that are allowed or declared are not the reason. */
		if (differs)
			say_differences(r);
		if (!r->headline[0])
			snprintf(r->headline, sizeof(r->headline),
				 "no cell and metric that both have was measured");
		break;
	}
	say_samples(r);
	say_accepted(r, &t);
}
