// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/watch_screen.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "bench/shared/clock.h"
#include "user/profile/watch_label.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

/* A name of a program is whole. */
#define LABEL_LEAST  16
#define METHOD_WIDTH 6
/* From so many columns on there are two blanks between columns, else one. */
#define ROOMY 80

enum value_kind { NUMBER, RATE, TIME, SHARE, SIZE };

static const struct column {
	const char *name;
	char key;
	size_t width;	      /* room for the name, a mark and any value */
	enum value_kind kind; /* of its values */
	int rank;	      /* where there is no room for all, the lower stay */
	bool timed;	      /* needs the time of the call */
	const char *help;
} shown[WATCH_COLUMNS + 1] = {
	[WATCH_BIRTHS] = {"BIRTHS", 'b', 7, NUMBER, 1, false, "births since the start"},
	[WATCH_RATE] = {"RATE", 'r', 7, RATE, 3, false, "births per second, now"},
	[WATCH_WORK] = {"WORK", 'w', 7, TIME, 2, false,
			"the kernel's work for them since the start, without waits"},
	[WATCH_CPU] = {"CPU", 'u', 6, SHARE, 4, false, "work as a share of all CPUs' time, now"},
	[WATCH_CALL] = {"CALL", 'c', 7, TIME, 5, true, "time in calls since the start, in sum"},
	[WATCH_MEDIAN] = {"MEDIAN", 'm', 7, TIME, 6, true, "time of a call, the median"},
	[WATCH_MAX] = {"MAX", 'x', 7, TIME, 8, true, "time of a call, the longest"},
	[WATCH_STARTED] = {"STARTED", 's', 8, TIME, 7, true,
			   "call until the child's program runs, the median"},
	[WATCH_ERRORS] = {"ERRORS", 'e', 7, NUMBER, 9, true, "calls that failed"},
	[WATCH_RSS] = {"RSS", 'y', 5, SIZE, 10, false, "memory of the parent, the median"},
	[WATCH_NAME] = {"NAME", 'n', 0, NUMBER, 0, false, "name"},
};

static const struct {
	const char *key, *word, *help;
} keys[] = {
	{"< >", "column", "sort by the column before or after"},
	{"i", "turn", "turn the order round"},
	{"p", "pause", "hold the screen; births are still counted"},
	{"z", "zero", "forget what was counted so far, on this screen only"},
	{"up dn", "scroll", "arrows and page keys: other rows"},
	{"h ?", "keys", "show this, or leave it"},
	{"q", "quit", "quit, and print the summary"},
};

static const char *const by_names[] = {
	[GROUP_BY_COMM] = "PARENT",   [GROUP_BY_EXE] = "PROGRAM",     [GROUP_BY_PID] = "PROCESS",
	[GROUP_BY_CGROUP] = "CGROUP", [GROUP_BY_STACK] = "CALLED BY",
};

int watch_screen__sort_of(int key)
{
	for (int c = 0; c <= WATCH_NAME; c++)
		if (shown[c].key == key)
			return c;
	return -1;
}

static bool has_values(const struct watch_screen *w, enum watch_column c)
{
	return !w->no_call || !shown[c].timed;
}

bool watch_screen__sort(struct watch_screen *w, enum watch_column sort)
{
	if (!has_values(w, sort)) {
		w->note = w->no_call;
		return false;
	}
	w->sort = sort;
	w->first = 0;
	return true;
}

void watch_screen__sort_next(struct watch_screen *w, int step)
{
	int c = (int)w->sort;

	do
		c = (c + step + WATCH_NAME + 1) % (WATCH_NAME + 1);
	while (!has_values(w, c));
	watch_screen__sort(w, c);
}

/* NAN last, the most first. */
static int compare_values(double x, double y)
{
	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	return (x < y) - (x > y);
}

static int compare_rows(const void *a, const void *b, void *screen)
{
	const struct watch_screen *w = screen;
	const struct watch_row *x = a, *y = b;
	int order = w->sort == WATCH_NAME ? strcmp(x->label, y->label)
					  : compare_values(x->value[w->sort], y->value[w->sort]);

	if (w->turned)
		order = -order;
	if (!order)
		order = compare_values(x->value[WATCH_WORK], y->value[WATCH_WORK]);
	if (!order)
		order = compare_values(x->value[WATCH_BIRTHS], y->value[WATCH_BIRTHS]);
	if (!order)
		order = strcmp(x->label, y->label);
	return order ? order : (x->method > y->method) - (x->method < y->method);
}

/* Sizes of the line that is being written. */
struct line {
	struct strbuf *out;
	size_t columns, used;
};

/* Adds a part, after a gap, if all of it fits. */
__attribute__((format(printf, 2, 3))) static bool add_part(struct line *l, const char *format, ...)
{
	char text[512];
	size_t gap = l->used ? 2 : 0, width;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	width = utf8_width(text);
	if (l->used + gap + width > l->columns)
		return false;
	strbuf__add(l->out, "%*s%s", (int)gap, "", text);
	l->used += gap + width;
	return true;
}

static void add_percent(char *text, size_t size, double share)
{
	double percent = 100 * share;

	if (isnan(percent))
		snprintf(text, size, "-");
	else
		snprintf(text, size, percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
}

/* The most important parts first: those that do not fit are left out. */
static void draw_headline(const struct watch_screen *w, struct line *l)
{
	const struct watch_row *all = &w->reading.all;
	const char *least = w->no_copy ? "at least " : "";
	int64_t s = w->elapsed_ns / NS_PER_S;
	char share[32];

	add_part(l, "%s%s %s", w->lost ? "at least " : "",
		 text_count(all->value[WATCH_BIRTHS]).text,
		 text_plural((int64_t)all->value[WATCH_BIRTHS], "birth", "births"));
	if (w->lost)
		add_part(l, "LOST %s", text_count((double)w->lost).text);
	if (!isnan(all->value[WATCH_RATE])) {
		double rate = all->value[WATCH_RATE];

		add_part(l, "%s/s", text_count(rate < 10 ? rint(10 * rate) / 10 : rint(rate)).text);
	}
	if (!isnan(all->value[WATCH_CPU])) {
		add_percent(share, sizeof(share), all->value[WATCH_CPU]);
		if (!add_part(l, "work %s%s of %u %s", least, share, w->cpus,
			      text_plural(w->cpus, "CPU", "CPUs")))
			add_part(l, "CPU %s%s", least, share);
	}
	if (!isnan(w->waited)) {
		add_percent(share, sizeof(share), w->waited);
		add_part(l, "a parent waits %s of the time", share);
	}
	add_part(l, "%" PRId64 ":%02d:%02d", s / 3600, (int)(s / 60 % 60), (int)(s % 60));
	if (!isnan(all->value[WATCH_WORK]))
		add_part(l, "in sum: work %s%s", least,
			 text_plain_time(all->value[WATCH_WORK], w->clock).text);
	if (!isnan(all->value[WATCH_CALL]))
		add_part(l, "calls %s", text_plain_time(all->value[WATCH_CALL], w->clock).text);
	if (!w->lost)
		add_part(l, "nothing lost");
	strbuf__add(l->out, "\n");
}

static void size_text(char *text, size_t size, double bytes)
{
	static const char units[] = "BKMGT";
	size_t i = 0;

	for (; bytes >= 1000 && i + 2 < sizeof(units); i++)
		bytes /= 1024;
	snprintf(text, size, bytes < 9.95 && i ? "%.1f%c" : "%.0f%c", bytes, units[i]);
}

/* A number in seven columns at most. */
static void number_text(char *text, size_t size, double number)
{
	if (number < 1e7)
		snprintf(text, size, "%.0f", number);
	else if (number < 9.995e8)
		snprintf(text, size, "%.1fM", number / 1e6);
	else
		snprintf(text, size, "%.1fG", number / 1e9);
}

static void value_text(const struct watch_screen *w, const struct column *c, double value,
		       char *text, size_t size)
{
	if (isnan(value))
		snprintf(text, size, "-");
	else if (c->kind == NUMBER)
		number_text(text, size, value);
	else if (c->kind == RATE)
		snprintf(text, size, value < 10 && value > 0 ? "%.1f/s" : "%.0f/s", value);
	else if (c->kind == SHARE)
		add_percent(text, size, value);
	else if (c->kind == SIZE)
		size_text(text, size, value);
	else
		snprintf(text, size, "%s", text_plain_time(value, w->clock).text);
}

/* What a table of this width shows. */
struct plan {
	bool has[WATCH_COLUMNS];
	size_t label; /* columns of the label */
	size_t gap;
};

static size_t longest_label(const struct watch_screen *w)
{
	size_t longest = 0;

	for (size_t i = 0; i < w->reading.n; i++) {
		size_t width = utf8_width(w->reading.v[i].label);

		longest = width > longest ? width : longest;
	}
	return longest;
}

static bool is_wanted(const struct watch_screen *w, enum watch_column c)
{
	return has_values(w, c) &&
	       (c != WATCH_ERRORS || c == w->sort || w->reading.all.value[WATCH_ERRORS] > 0);
}

/* The column to take next: that of the order, then by rank. -1: all are taken or refused. */
static int next_column(const struct watch_screen *w, const bool *seen)
{
	int best = -1;

	if (w->sort < WATCH_COLUMNS && !seen[w->sort])
		return (int)w->sort;
	for (int c = 0; c < WATCH_COLUMNS; c++)
		if (!seen[c] && is_wanted(w, c) && (best < 0 || shown[c].rank < shown[best].rank))
			best = c;
	return best;
}

static struct plan plan(const struct watch_screen *w, size_t columns)
{
	struct plan p = {.gap = columns < ROOMY ? 1 : 2};
	size_t longest = longest_label(w), label = columns / 3, used;
	bool seen[WATCH_COLUMNS] = {false};
	int c;

	label = label < longest ? label : longest;
	label = label < LABEL_LEAST ? LABEL_LEAST : label;
	used = label + p.gap + METHOD_WIDTH;
	while ((c = next_column(w, seen)) >= 0) {
		seen[c] = true;
		p.has[c] = used + p.gap + shown[c].width <= columns;
		if (p.has[c])
			used += p.gap + shown[c].width;
	}
	longest = longest < LABEL_LEAST ? LABEL_LEAST : longest;
	p.label = used < columns ? label + columns - used : label;
	if (p.label > longest)
		p.label = longest;
	return p;
}

/* Ends a line that may be too long for a very narrow terminal. */
static void end_line(struct strbuf *line, size_t columns, struct strbuf *out)
{
	const char *text = strbuf__text(line);
	size_t fit = utf8_fit(text, columns);

	while (fit && text[fit - 1] == ' ')
		fit--;
	strbuf__add_bytes(out, text, fit);
	strbuf__add(out, "\n");
	strbuf__clear(line);
}

static void add_right(struct strbuf *line, const char *text, size_t gap, size_t width)
{
	size_t used = utf8_width(text);

	strbuf__add(line, "%*s%s", (int)(gap + (used < width ? width - used : 0)), "", text);
}

/* Marks the column of the order. */
static const char *mark(const struct watch_screen *w, enum watch_column c)
{
	bool up = w->turned != (c == WATCH_NAME);

	if (c != w->sort)
		return "";
	if (wcwidth(0x25bc) == 1)
		return up ? "\xe2\x96\xb2" : "\xe2\x96\xbc";
	return up ? "^" : "v";
}

static void draw_names(const struct watch_screen *w, const struct plan *p, size_t columns,
		       struct strbuf *out)
{
	struct strbuf line = {0};
	char name[64];

	snprintf(name, sizeof(name), "%s%s", by_names[w->by], mark(w, WATCH_NAME));
	watch_label__pad(&line, name, p->label);
	strbuf__add(&line, "%*sMETHOD", (int)p->gap, "");
	for (int c = 0; c < WATCH_COLUMNS; c++) {
		if (!p->has[c])
			continue;
		snprintf(name, sizeof(name), "%s%s", shown[c].name, mark(w, c));
		add_right(&line, name, p->gap, shown[c].width);
	}
	end_line(&line, columns, out);
	strbuf__free(&line);
}

/* How many rows have a line. */
static size_t shown_rows(const struct watch_screen *w, size_t rows)
{
	size_t left = w->reading.n - w->first;

	return left < rows ? left : rows;
}

static void draw_row(const struct watch_screen *w, const struct plan *p,
		     const struct watch_row *row, size_t columns, size_t rows, struct strbuf *out)
{
	struct strbuf line = {0};
	char text[64];

	watch_label__add(&line, row, w->reading.v + w->first, shown_rows(w, rows), p->label);
	strbuf__add(&line, "%*s%-*s", (int)p->gap, "", METHOD_WIDTH,
		    row->method ? method_name(row->method) : "-");
	for (int c = 0; c < WATCH_COLUMNS; c++) {
		if (!p->has[c])
			continue;
		value_text(w, &shown[c], row->value[c], text, sizeof(text));
		add_right(&line, text, p->gap, shown[c].width);
	}
	end_line(&line, columns, out);
	strbuf__free(&line);
}

/* What is not measured, as far as a reader can change it or would be misled. */
static void add_lacks(const struct watch_screen *w, struct line *l)
{
	const char *detail = w->light ? ": --detail calls" : "";

	if (w->no_copy && w->no_call &&
	    add_part(l, "WORK lacks copy_mm, calls have no time%s", detail))
		return;
	if (w->no_copy && !add_part(l, "WORK lacks copy_mm%s", detail))
		add_part(l, "WORK lacks copy_mm");
	else if (!w->no_copy && w->no_call)
		add_part(l, "calls have no time%s", detail);
}

static void draw_state(const struct watch_screen *w, size_t rows, struct line *l)
{
	size_t last = w->first + shown_rows(w, rows);

	if (w->note) {
		struct strbuf line = {0};

		strbuf__add(&line, "calls have no time: ");
		strbuf__add_escaped(&line, w->note);
		end_line(&line, l->columns, l->out);
		strbuf__free(&line);
		return;
	}
	if (w->paused)
		add_part(l, "PAUSED");
	add_part(l, "q quit");
	add_part(l, "h keys");
	if (last - w->first < w->reading.n)
		add_part(l, "%zu-%zu of %zu", w->first + 1, last, w->reading.n);
	add_lacks(w, l);
	add_part(l, "by %s", shown[w->sort].name);
	if (w->complaints)
		add_part(l, "%u message%s at the end", w->complaints,
			 w->complaints == 1 ? "" : "s");
	add_part(l, "p pause");
	add_part(l, "sort: b births, w work, r rate, u CPU%s", w->no_call ? "" : ", c call");
	strbuf__add(l->out, "\n");
}

#define KEY_COUNT  (sizeof(keys) / sizeof(keys[0]))
#define HELP_COUNT (WATCH_COLUMNS + 1 + KEY_COUNT)

/* Entry i of the help: with its sentence, or as short as it can be. */
static void add_help(const struct watch_screen *w, size_t i, bool whole, struct strbuf *line)
{
	if (i > WATCH_NAME) {
		i -= WATCH_NAME + 1;
		strbuf__add(line, "%-5s %-8s%s", keys[i].key, keys[i].word,
			    whole ? keys[i].help : "");
	} else {
		strbuf__add(line, "%-5c %-8s%s%s", shown[i].key, shown[i].name,
			    whole ? shown[i].help : "",
			    whole && !has_values(w, i) ? " (not measured)" : "");
	}
}

#define HELP_WIDTH 14

/* A line each, or as many beside each other as are needed. */
static void draw_help(const struct watch_screen *w, size_t columns, size_t lines,
		      struct strbuf *out)
{
	bool whole = lines >= HELP_COUNT + 2; /* with both headings */
	size_t beside = whole ? 1 : (columns + 1) / HELP_WIDTH;
	struct strbuf line = {0};

	beside = beside ? beside : 1;
	for (size_t i = 0, n = 0; i < HELP_COUNT && n < lines; n++) {
		if (whole && (i == 0 || i == WATCH_NAME + 1)) {
			strbuf__add(&line, i ? "Other keys:" : "Keys that sort by a column:");
			end_line(&line, columns, out);
		}
		for (size_t k = 0; k < beside && i < HELP_COUNT; k++, i++)
			add_help(w, i, whole, &line);
		end_line(&line, columns, out);
	}
	strbuf__free(&line);
}

static void draw_rows(struct watch_screen *w, size_t columns, size_t rows, struct strbuf *out)
{
	struct watch_reading *r = &w->reading;
	struct plan p = plan(w, columns);
	size_t hidden = r->n > rows ? r->n - rows : 0;

	if (r->n)
		qsort_r(r->v, r->n, sizeof(*r->v), compare_rows, w);
	if (w->first > hidden)
		w->first = hidden;
	draw_names(w, &p, columns, out);
	for (size_t i = 0; i < shown_rows(w, rows); i++)
		draw_row(w, &p, &r->v[w->first + i], columns, rows, out);
	/* The last line keeps its place. */
	for (size_t i = r->n; i < rows; i++)
		strbuf__add(out, "\n");
}

bool watch_screen__draw(struct watch_screen *w, size_t columns, size_t lines, struct strbuf *out)
{
	struct line head = {out, columns, 0}, state = {out, columns, 0};
	/* Few lines: rows are worth more than the last line. */
	size_t rows = lines > 4 ? lines - 3 : lines > 2 ? lines - 2 : 0;

	if (!lines)
		return false;
	if (w->help) {
		draw_help(w, columns, lines, out);
		return false;
	}
	draw_headline(w, &head);
	if (lines > 1)
		draw_rows(w, columns, rows, out);
	if (lines > 4)
		draw_state(w, rows, &state);
	return lines > 1;
}
