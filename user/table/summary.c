// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a run of bench is about, on one screen: sentences, and a row per method and parent. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/answers/answers.h"
#include "user/table/bar.h"
#include "user/table/part.h"
#include "user/text/spelling.h"

/* A narrower bar shows nothing. */
#define BAR_LEAST 6

/* What an axis costs is said where there is room: the page has all of them. */
#define SENTENCES_MAX 3

static bool print_sentences(const struct table *t)
{
	struct answers answers;
	size_t room = SENTENCES_MAX;
	bool any = false;

	answers__of(&answers, &t->times, NULL);
	for (size_t i = 0; i < answers.n; i++)
		room -= answers.v[i].headline && !answers.v[i].beside && room > 0;
	for (size_t i = 0; i < answers.n; i++) {
		const struct answer *a = &answers.v[i];
		struct strbuf line = {0};

		if (!a->headline || (a->beside && !room))
			continue;
		room -= a->beside;
		strbuf__add(&line, "%s ", a->question);
		spelling_add(&line, a->figure);
		layout_wrap(t->out, 0, 2, strbuf__text(&line));
		strbuf__free(&line);
		any = true;
	}
	return any;
}

/* Appends the bar of the row, `width` columns wide, and notes its letters in `used`. */
static void add_bar(const struct table *t, struct columns *s, const struct row *row, size_t width,
		    char used[128])
{
	struct strbuf text = {0};
	char bar[BAR_MAX + 1];

	bar__of_call(&t->times, row, width, bar);
	for (const char *c = bar; *c; c++) {
		if (!strchr(used, *c))
			used[strlen(used)] = *c;
	}
	bar__add_all(&text, bar);
	columns__add(s, "%s", bar[0] ? strbuf__text(&text) : "-");
	strbuf__free(&text);
}

/* With a bar of `width` columns; 0: none. */
static struct columns *make(const struct table *t, size_t width, char used[128])
{
	struct columns *s = table_sheet(t);

	columns__head(s, COLUMNS_RIGHT, "CALL", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "STARTED", NULL);
	columns__head(s, COLUMNS_RIGHT, "TOTAL", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "EACH", "+-%", "RATIO", "STALL", NULL);
	columns__head(s, COLUMNS_OPTIONAL, "FAILED", NULL);
	if (width)
		columns__head(s, COLUMNS_OPTIONAL, "PHASES", NULL);
	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = t->order[i];

		table_add_labels(t, s, row, i ? t->order[i - 1] : NULL);
		table_add_time(t, s, row->call.median);
		table_add_time(t, s, row->started.median);
		table_add_time(t, s, row->total.median);
		table_add_time(t, s, stats_median(&row->cell->samples[SAMPLE_each_ns]));
		table_add_interval(s, blocks__log_interval(&row->total_blocks, row->total.median));
		table_add_ratio(s, row);
		table_add_time(t, s, stats_median(&row->cell->samples[SAMPLE_stall_ns]));
		table_add_failed(s, row->cell);
		if (width)
			add_bar(t, s, row, width, used);
	}
	return s;
}

/* Below the table: what its columns are, as far as some row has them. */
static void print_notes(const struct table *t, const char *used)
{
	struct strbuf text = {0};
	struct table_ratios ratios = {0};
	bool intervals = false, unknown = false, stall = false, each = false;

	for (size_t i = 0; i < t->times.n; i++) {
		const struct row *row = &t->times.v[i];

		table_note_ratio(&ratios, row);
		intervals |= isfinite(table_total_share(row));
		unknown |= row__execs(row) && !row->started.n;
		stall |= series__any(&row->cell->samples[SAMPLE_stall_ns]);
		each |= series__any(&row->cell->samples[SAMPLE_each_ns]);
	}
	strbuf__add(&text, "Medians. ");
	if (intervals)
		strbuf__add(&text, "+-%%, and in brackets: 95 %% intervals, +-%% of TOTAL. ");
	table_explain_ratio(t, &ratios, &text);
	layout_wrap(t->out, 0, 2, strbuf__text(&text));
	strbuf__free(&text);
	if (unknown)
		layout_print(t->out, 2, "STARTED: " ROW_STARTED_ABSENT);
	if (each)
		layout_print(t->out, 2,
			     "EACH: what the whole process takes for one spawn, TOTAL by those of "
			     "its threads that end within it");
	if (stall)
		layout_print(t->out, 2,
			     "STALL: the longest wait of a touching thread during the call; "
			     "--show stall has more");
	if (!*used)
		return;
	strbuf__add(&text, "PHASES:");
	bar__add_key(&text, used);
	layout_wrap(t->out, 0, 2, strbuf__text(&text));
	strbuf__free(&text);
}

int table_summary(const struct table *t)
{
	char used[128] = "";
	struct columns *s;
	size_t room;
	int err;

	if (print_sentences(t))
		fputc('\n', t->out);
	table_machine(t);
	if (t->times.n == 0)
		return 0;
	s = make(t, 0, used);
	room = columns__room(s);
	if (room >= BAR_LEAST) {
		columns__free(s);
		s = make(t, room < BAR_MAX ? room : BAR_MAX, used);
	}
	err = columns__finish(s, NULL, t->out, t->colour);
	if (!err)
		print_notes(t, used);
	return err;
}
