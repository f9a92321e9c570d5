// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What changed from the first bench run to the last: in a sentence, as a table, line by line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/changes.h"
#include "user/model/phase.h"
#include "user/report/html.h"
#include "user/report/measure.h"
#include "user/report/row_json.h"
#include "user/report/views/kernels.h"
#include "user/report/views/views.h"
#include "user/text/json.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

/* Rows of the table; the others are folded. */
#define GROUPS_SHOWN 10

/* Of a large grid the page has only the worst cells and values. */
#define CELLS_MAX 100
#define ROWS_MAX  1000

#define NAME_WIDTH 60

typedef char name_buf[NAME_WIDTH + 4];

static struct number value_text(const struct report_pair *pair, const struct interval *i)
{
	return pair->changes.exact ? text_time(i->estimate, true)
				   : text_time_range(i->estimate, i->low, i->high, false);
}

static struct number change_text(double ratio)
{
	return text_change(1, ratio);
}

/* What the value became, and what else became of those like it. */
static const char *kind_word(const struct report_pair *pair, enum change_kind kind)
{
	static const char *const times[CHANGE_KINDS] = {"longer", "shorter", "within noise",
							"no interval"};
	static const char *const instructions[CHANGE_KINDS] = {"more", "fewer", "the same", "-"};

	return (pair->changes.exact ? instructions : times)[kind];
}

typedef char sentence_buf[1024];

/* "6.4 ms (6.3 to 6.5) → 12.8 ms (12.7 to 12.9), +100 %" */
static void say_change(sentence_buf text, const struct report_pair *pair, const struct change *c)
{
	layout_append(text, sizeof(sentence_buf), "%s \xe2\x86\x92 %s%s",
		      value_text(pair, &c->a).text, value_text(pair, &c->b).text,
		      pair->changes.exact ? " instructions" : "");
	if (isfinite(change__ratio(c)))
		layout_append(text, sizeof(sentence_buf), ", %s",
			      change_text(change__ratio(c)).text);
}

/* How much a change says: what its row is judged by, else another time, else a phase. */
static int rank_of(const struct change *c)
{
	int judged = row__execs(c->from) ? CHANGE_started : CHANGE_call;

	return c->time == judged ? 2 : c->time >= 0;
}

/* A time by its own factor, as the table has it; a phase by what it adds to the whole birth. */
static double size_of(const struct change *c)
{
	double ratio = change__ratio(c);

	return c->time >= 0 && ratio > 0 ? fabs(log(ratio)) : fabs(c->weight);
}

/* The largest of the highest rank; NULL: nothing is longer or shorter. */
static const struct change *largest(const struct changes *c)
{
	const struct change *most = NULL;

	for (size_t i = 0; i < c->n && c->v[i].kind < CHANGE_NOISE; i++) {
		int more = most ? rank_of(&c->v[i]) - rank_of(most) : 1;

		if (more > 0 || (!more && size_of(&c->v[i]) > size_of(most)))
			most = &c->v[i];
	}
	return most;
}

/* Whether the phase is work between the call and the moment at which this time ends. */
static bool is_within(enum phase p, int time)
{
	const struct phase_model *m = &phase_models[p];

	if (m->kind != PHASE_WORK || m->part_of != PHASE_none || m->sum >= 0)
		return false;
	return m->group == GROUP_CALL ||
	       (time == CHANGE_started && (p == PHASE_pre_exec || p == PHASE_exec_open ||
					   p == PHASE_exec_flush || p == PHASE_exec_load));
}

/* The phase that makes up at least half of the change of what a row is judged by, or NULL. */
static const struct change *cause(const struct changes *c, const struct change *of)
{
	for (size_t i = 0; rank_of(of) == 2 && i < c->n; i++) {
		const struct change *other = &c->v[i];

		if (other->time < 0 && other->from == of->from && other->kind == of->kind &&
		    !other->starred && is_within(other->phase, of->time) &&
		    fabs(other->weight) >= fabs(of->weight) / 2)
			return other;
	}
	return NULL;
}

static void say_largest(sentence_buf text, const struct report_pair *pair)
{
	static const char *const times[CHANGE_TIMES] = {
		[CHANGE_started] = "until the program runs",
		[CHANGE_call] = "call to return",
		[CHANGE_total] = "call to reaped",
		[CHANGE_bill] = "work on whatever CPU",
	};
	const struct change *most = largest(&pair->changes), *why;
	name_buf from, to, method, parent;

	layout_append(text, sizeof(sentence_buf), "From %s to %s ",
		      utf8_cut(pair->from->name, NAME_WIDTH, from),
		      utf8_cut(pair->to->name, NAME_WIDTH, to));
	if (!most) {
		layout_append(text, sizeof(sentence_buf), "no time is known to have changed.");
		return;
	}
	why = cause(&pair->changes, most);
	layout_append(text, sizeof(sentence_buf), "the largest change is in %s from %s, %s: ",
		      utf8_cut(most->from->method, NAME_WIDTH, method),
		      utf8_cut(most->from->parent, NAME_WIDTH, parent),
		      most->time < 0 ? change__name(most) : times[most->time]);
	say_change(text, pair, most);
	if (why) {
		layout_append(text, sizeof(sentence_buf), "; most of it in %s, ",
			      change__name(why));
		say_change(text, pair, why);
		layout_append(text, sizeof(sentence_buf), "%s",
			      why->other_source ? ", by another probe" : "");
	}
	layout_append(text, sizeof(sentence_buf), ".");
}

static void write_headline(const struct report_pair *pair, FILE *out)
{
	const struct changes *c = &pair->changes;
	sentence_buf text = "";

	say_largest(text, pair);
	fputs("<div class=\"headline\"><p>", out);
	html_text(out, text);
	fputs("</p>\n<dl class=\"figures\">\n", out);
	for (enum change_kind k = 0; k < CHANGE_KINDS; k++) {
		if (k == CHANGE_UNKNOWN && !c->count[k])
			continue;
		fprintf(out, "<div><dt>%s%s</dt><dd>%zu of %zu</dd></div>\n", kind_word(pair, k),
			k == CHANGE_LONGER && c->exact ? " instructions" : "", c->count[k], c->n);
	}
	fputs("</dl></div>\n", out);
}

/* "copy_mm", "cow_child*†" */
static void write_name(FILE *out, const struct change *c)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s", change__name(c), c->starred ? "*" : "",
		 c->other_source ? "\xe2\x80\xa0" : "");
	html_label(out, text);
}

static void write_group(const struct report_pair *pair, const struct change_group *g, FILE *out)
{
	const struct change *c = g->worst;
	bool shorter = c->kind == CHANGE_SHORTER;
	char cell[512];

	snprintf(cell, sizeof(cell), "%s, %s", c->from->method, c->from->parent);
	fputs("\n<tr>", out);
	write_name(out, c);
	html_words(out, kind_word(pair, c->kind));
	html_number(out, text_count((double)g->cells).text);
	html_number(out, change_text(shorter ? g->most : g->least).text);
	html_number(out, change_text(shorter ? g->least : g->most).text);
	html_words(out, cell);
	html_number(out, value_text(pair, &c->a).text);
	html_number(out, value_text(pair, &c->b).text);
}

static void write_groups(const struct report_pair *pair, const struct change_group *groups,
			 size_t n, const char *caption, FILE *out)
{
	html_table_begin(out, caption, 1);
	html_column(out, false, "Time or phase");
	html_column(out, true, "Became");
	html_column(out, false, "Cells");
	html_column(out, false, "Least change");
	html_column(out, false, "Most");
	html_column(out, true, "Weighs most in");
	html_column(out, false, pair->from->name);
	html_column(out, false, pair->to->name);
	html_head_end(out);
	for (size_t i = 0; i < n; i++)
		write_group(pair, &groups[i], out);
	html_table_end(out);
}

/* 0 or -ENOMEM. */
static int write_table(const struct report_pair *pair, FILE *out)
{
	struct change_group *groups;
	int n = changes__groups(&pair->changes, &groups);
	size_t count = n < 0 ? 0 : (size_t)n;
	size_t first = count < GROUPS_SHOWN ? count : GROUPS_SHOWN;

	if (n < 0)
		return n;
	if (count)
		write_groups(pair, groups, first, "What changed, the worst first", out);
	if (count > first) {
		char text[32];

		snprintf(text, sizeof(text), "%zu more", count - first);
		html_fold(out, text, NULL);
		write_groups(pair, groups + first, count - first, "What else changed", out);
		html_fold_end(out);
	}
	free(groups);
	return 0;
}

static void write_all(const struct report_pair *pair, FILE *out)
{
	const struct changes *c = &pair->changes;

	html_fold(out, "Each time and phase as a table", NULL);
	html_table_begin(out,
			 c->exact ? "Medians in both runs, in instructions"
				  : "Medians in both runs, with 95 % intervals",
			 1);
	html_column(out, false, "Time or phase");
	html_column(out, true, "Method");
	html_column(out, true, "Parent");
	html_column(out, true, "Became");
	html_column(out, false, pair->from->name);
	html_column(out, false, pair->to->name);
	html_column(out, false, "Change");
	html_head_end(out);
	for (size_t i = 0; i < c->n && i < ROWS_MAX; i++) {
		fputs("\n<tr>", out);
		write_name(out, &c->v[i]);
		html_words(out, c->v[i].from->method);
		html_words(out, c->v[i].from->parent);
		html_words(out, kind_word(pair, c->v[i].kind));
		html_number(out, value_text(pair, &c->v[i].a).text);
		html_number(out, value_text(pair, &c->v[i].b).text);
		html_number(out, change_text(change__ratio(&c->v[i])).text);
	}
	html_table_end(out);
	if (c->n > ROWS_MAX)
		fprintf(out, "<p>%zu more are left out.</p>\n", c->n - ROWS_MAX);
	html_fold_end(out);
}

static void write_rules(const struct report_pair *pair, FILE *out)
{
	bool starred = false, other_source = false;

	fputs(pair->changes.exact
		      ? "<p class=\"note\">The lab counts instructions: each difference is exact."
		      : "<p class=\"note\">A time is longer or shorter where the 95 % intervals of "
			"the two runs have no value in common. They come from each run's own "
			"blocks: "
			"a machine that is slow for all of a run is in none of them. "
			"<code>spawnscope "
			"gate</code> takes runs in turn, and decides.",
	      out);
	fputs(" Methods that exec are compared by when the program runs (started), others by the "
	      "call. A change "
	      "weighs as much as it adds to the whole birth, or takes from it.",
	      out);
	for (size_t i = 0; i < pair->changes.n; i++) {
		starred |= pair->changes.v[i].starred;
		other_source |= pair->changes.v[i].other_source;
	}
	if (starred)
		fputs(" *: from the few samples with all probes attached, whose cost is in it.",
		      out);
	if (other_source)
		fputs(" \xe2\x80\xa0: each run has it from another probe, which may be the "
		      "difference.",
		      out);
	fputs("</p>\n", out);
}

static void write(const struct report *p, FILE *out)
{
	write_headline(&p->pair, out);
	write_table(&p->pair, out);
	html_chart(out, "changes");
	write_rules(&p->pair, out);
	measure_write_absent(p->runs, p->count, out);
	if (!kernels_shown(p))
		write_all(&p->pair, out);
}

/* The place of the name in the list; adds it if it is new. */
static size_t name_index(json_t *names, const char *name)
{
	size_t i, n = json_array_size(names);

	for (i = 0; i < n; i++) {
		if (!strcmp(json_string_value(json_array_get(names, i)), name))
			return i;
	}
	json_array_append_new(names, json__text(name));
	return n;
}

/* [name, kind, 1 if starred + 2 if from another source, a, b], and where both are known how far
 * their intervals reach below and above. */
static json_t *line_data(const struct change *c, json_t *names)
{
	json_t *line = json_pack("[Iiioo]", (json_int_t)name_index(names, change__name(c)),
				 (int)c->kind, c->starred + 2 * c->other_source,
				 json__number(c->a.estimate), json__number(c->b.estimate));

	if (!isfinite(c->a.low) || !isfinite(c->b.low))
		return line;
	return row_json_push_reach(row_json_push_reach(line, &c->a), &c->b);
}

/* The lines of this row, the worst first. */
static json_t *cell_data(const struct report *p, const struct changes *c, const struct row *row,
			 json_t *names)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].from == row)
			lines = json__push(lines, line_data(&c->v[i], names));
	}
	return json__put(row_json_place(p, row), "lines", lines);
}

/* The cell of the sentence, then those in which most changed; NULL: out of memory. */
static json_t *cells_data(const struct report *p, const struct report_pair *pair, json_t *names)
{
	const struct changes *c = &pair->changes;
	const struct row *rows = pair->from->rows.v;
	const struct change *most = largest(c);
	bool *done = calloc(pair->from->rows.n, sizeof(*done));
	json_t *cells = done ? json_array() : NULL;

	for (size_t i = 0; done && i <= c->n && json_array_size(cells) < CELLS_MAX; i++) {
		const struct row *row = i ? c->v[i - 1].from : most ? most->from : NULL;

		if (!row || done[row - rows])
			continue;
		done[row - rows] = true;
		cells = json__push(cells, cell_data(p, c, row, names));
	}
	free(done);
	return cells;
}

static json_t *pair_data(const struct report *p, const struct report_pair *pair)
{
	json_t *names = json_array(), *cells = cells_data(p, pair, names);

	return json_pack("{s:I, s:I, s:o, s:o}", "from", (json_int_t)(pair->from - p->runs), "to",
			 (json_int_t)(pair->to - p->runs), "names", names, "cells", cells);
}

static json_t *data(const struct report *p)
{
	/* What of a gate's two sides changed, the gate says. */
	if (p->joined && p->verdict_count)
		return json_null();
	return p->pair.changes.n ? pair_data(p, &p->pair) : json_null();
}

const struct view view_changes = {
	.id = "changes",
	.title = "What changed",
	.of_all = true,
	.data = data,
	.write = write,
};
