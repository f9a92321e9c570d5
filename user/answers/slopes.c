// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a unit of each axis costs: a MiB of the parent, a VMA, a descriptor. */
#include "user/answers/slopes.h"

#include <math.h>
#include <string.h>

#include "user/analysis/line.h"
#include "user/analysis/metric.h"
#include "user/analysis/stats.h"
#include "user/answers/words.h"
#include "user/model/axis.h"
#include "user/model/phase.h"
#include "user/text/strbuf.h"
#include "user/text/utf8.h"

#define MEMORY "rss_bytes"

/* What is said of one axis. */
struct story {
	const struct rows *rows;
	const char *axis, *unit;
	struct axes others;    /* that vary, which name a line along this one */
	bool sizes;	       /* so does the parent's memory */
	struct answer *answer; /* NULL: nothing has a slope yet */
	struct interval most;  /* what the figure says */
	bool reaped;	       /* of the time until the child is reaped, else of the call */
	name_buf label;	       /* of its line */
	size_t listed;
	bool bills;
	const struct row *last;
};

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

/* Whether row i begins a line along the parent's memory. `forks`: only fork's, since other calls
 * add costs of their own. */
static bool begins_memory(const struct rows *rows, size_t i, bool forks)
{
	const struct row *row = &rows->v[i];

	return row->line == i && copies(row) && (!forks || !strcmp(row->method, "fork"));
}

static bool begins_line(const struct rows *rows, size_t i, const struct cell_index *lines)
{
	const struct cell *c = rows->v[i].cell;

	return cell__key_number(c, lines->except) != MISSING && cell_index__first(lines, c) == i;
}

/* ", WHAT 9.2 µs (8.9 to 9.6)"; nothing if it is not known. */
static void say_one_slope(struct answer *a, const char *before, const struct interval *i,
			  const struct rows *rows)
{
	if (!isfinite(i->estimate))
		return;
	if (words_hold(i, 0))
		answer__detail(a, "%s within noise (\xc2\xb1 %s)", before,
			       text_time(fmax(-i->low, i->high), rows->instructions).text);
	else
		answer__detail(a, "%s %s", before, words_time(i, rows->instructions).text);
}

/* "fork: call 9.2 µs (8.9 to 9.6), until reaped 21.9 µs (21.2 to 22.5)" */
static void say_slopes(struct answer *a, const char *label, const struct slopes *s,
		       const struct rows *rows)
{
	answer__detail(a, "%s%s: call", a->detail[0] ? "; " : "", label);
	say_one_slope(a, "", &s->call, rows);
	say_one_slope(a, ", program runs", &s->started, rows);
	say_one_slope(a, ", until reaped", &s->total, rows);
	say_one_slope(a, ", bill", &s->bill, rows);
	say_one_slope(a, "; copy_mm", &s->copy, rows);
	if (isfinite(s->copy.estimate))
		answer__detail(a, " per present PTE copied");
}

static void say_no_bill(struct answer *a, const struct rows *rows, const struct row *row)
{
	enum phase phase;
	const char *why = metric_absent(metric_by_name("bill"), rows->run,
					row->full ? row->full : row->cell, &phase);

	if (phase != PHASE_none)
		answer__detail(a, " No bill: %s%s%s.", phase_name(phase), why ? ": " : "",
			       why ? why : " was not measured");
}

/* "fork", "fork fds=1000", "fork from 64 MiB fds=1000": what the line's rows have in common. */
static void name_line(const struct story *t, const struct row *row, name_buf label)
{
	struct strbuf name = {0};

	strbuf__add(&name, "%s", row->method);
	if (t->sizes)
		strbuf__add(&name, " from %s", text_bytes(row->rss).text);
	axes__describe(&t->others, row->cell, &name);
	utf8_cut(strbuf__text(&name), NAME_WIDTH, label);
	strbuf__free(&name);
}

/* Whether `i` shows more than `most` does: of what is beyond noise, the most expensive. */
static bool is_more(const struct interval *i, const struct interval *most)
{
	return !words_hold(i, 0) && (words_hold(most, 0) || i->estimate > most->estimate);
}

/* One line's slopes. Of memory the first line is the figure, which is fork's where there is one. */
static void add_line(struct story *t, struct answers *answers, const struct row *row,
		     const struct slopes *s)
{
	const struct axis_words *words = axis_words(t->axis);
	const struct interval *figure = isfinite(s->total.estimate) ? &s->total : &s->call;
	bool first = !t->answer, memory = !strcmp(t->axis, MEMORY);
	name_buf label, name;

	name_line(t, row, label);
	if (first) {
		t->answer = answers__add(answers, "What does %s cost?",
					 words ? words->one : utf8_cut(t->axis, NAME_WIDTH, name));
		t->answer->headline = true;
		t->answer->beside = !memory;
		snprintf(t->answer->slope.one, sizeof(t->answer->slope.one), "%s",
			 words ? words->one : utf8_cut(t->axis, NAME_WIDTH, name));
	}
	if (first || (!memory && is_more(figure, &t->most))) {
		t->most = *figure;
		t->reaped = figure == &s->total;
		memcpy(t->label, label, sizeof(label));
	}
	if (t->listed++ < WORDS_LISTED_MAX)
		say_slopes(t->answer, label, s, t->rows);
	t->bills |= isfinite(s->bill.estimate);
	t->last = row;
}

static void end_story(struct story *t, bool no_bill)
{
	struct answer *a = t->answer;
	char what[128];

	if (words_hold(&t->most, 0))
		answer__figure(a, "within the noise of this run");
	else
		answer__figure(a, "%s per %s (%s)",
			       words_time(&t->most, t->rows->instructions).text, t->unit, t->label);
	snprintf(a->slope.cost, sizeof(a->slope.cost), "%s",
		 words_hold(&t->most, 0) ? "within noise"
					 : words_time(&t->most, t->rows->instructions).text);
	snprintf(a->slope.of, sizeof(a->slope.of), "%s%s", t->label, t->reaped ? "" : ", the call");
	words_rest(a, t->listed);
	snprintf(what, sizeof(what), "per %s: slopes of the medians, by least squares", t->unit);
	words_end(a, t->rows, &t->most, what);
	if (t->bills)
		answer__detail(a, " The bill is the work on whatever CPU; its cells have all "
				  "probes.");
	else if (no_bill)
		say_no_bill(a, t->rows, t->last);
}

static void add_memory(struct answers *answers, const struct rows *rows, const struct axes *vary)
{
	struct story t = {.rows = rows, .axis = MEMORY, .unit = "MiB", .others = *vary};
	struct cell_index lines;
	bool forks = false;
	struct slopes s;
	int err = rows__index(rows, MEMORY, &lines);

	for (size_t i = 0; i < rows->n; i++)
		forks = forks || begins_memory(rows, i, true);
	for (size_t i = 0; i < rows->n && !err; i++) {
		if (begins_memory(rows, i, forks) && !slopes__along(&s, rows, i, &lines))
			add_line(&t, answers, &rows->v[i], &s);
	}
	cell_index__free(&lines);
	if (t.answer)
		end_story(&t, true);
}

static void add_axis(struct answers *answers, const struct rows *rows, const struct axes *vary,
		     const char *axis)
{
	const struct axis_words *words = axis_words(axis);
	struct story t = {.rows = rows, .axis = axis, .others = {.n = 0}};
	struct cell_index lines;
	struct slopes s;
	name_buf name;
	int err = rows__index(rows, axis, &lines);

	t.unit = words ? words->unit : utf8_cut(axis, NAME_WIDTH, name);
	t.others.program_parts = vary->program_parts;
	t.others.programs_cut = vary->programs_cut;
	for (size_t i = 0; i < vary->n; i++) {
		if (strcmp(vary->name[i], axis))
			t.others.name[t.others.n++] = vary->name[i];
	}
	for (size_t i = 1; i < rows->n; i++)
		t.sizes = t.sizes || rows->v[i].rss != rows->v[0].rss;
	for (size_t i = 0; i < rows->n && !err; i++) {
		if (begins_line(rows, i, &lines) && !slopes__along(&s, rows, i, &lines))
			add_line(&t, answers, &rows->v[i], &s);
	}
	cell_index__free(&lines);
	if (t.answer)
		end_story(&t, false);
}

void answers__add_slopes(struct answers *answers, const struct rows *rows)
{
	struct axes vary;

	axes__find(&vary, rows->run);
	add_memory(answers, rows, &vary);
	for (size_t i = 0; i < vary.n; i++)
		add_axis(answers, rows, &vary, vary.name[i]);
}
