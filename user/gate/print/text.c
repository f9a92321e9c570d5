// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/print/print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/gate/compare/format.h"
#include "user/gate/print/groups.h"
#include "user/text/columns.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

/* Without -v, at most so many rows. */
#define ROWS_SHOWN 10

/* Which rows are printed, and how. */
struct choice {
	struct row_group *groups;
	size_t shown, unchanged; /* groups printed; rows left out because they are the same */
	size_t more, more_rows;	 /* groups left out, and their rows */
};

static void print_headline(const struct gate_report *r, FILE *out, bool colour)
{
	static const char *const colours[] = {
		[GATE_PASS] = "\033[1;32m",
		[GATE_REGRESSION] = "\033[1;31m",
		[GATE_INCONCLUSIVE] = "\033[1;33m",
		[GATE_NOT_COMPARABLE] = "\033[1;33m",
	};

	const char *name = gate_verdict_name(r->verdict);

	fprintf(out, "%s%s:%s ", colour ? colours[r->verdict] : "", name, colour ? "\033[0m" : "");
	if (isatty(fileno(out)))
		layout_wrap(out, strlen(name) + 2, 2, r->headline);
	else /* one line, for `head -1` and grep */
		fprintf(out, "%s\n", r->headline);
}

static void add_row(struct columns *s, const struct row_group *group)
{
	const struct gate_row *row = group->worst;
	char text[80], low[32], high[32];
	bool bounded = isfinite(row->low) && isfinite(row->high);
	bool ranges = group->rows > 1 && group->low < group->high;

	columns__add(s, "%s", row->cell);
	columns__add(s, "%s", row->metric);
	columns__add(s, "%s", gate_value(row->a, row->unit, text, sizeof(text)));
	columns__add(s, "%s", gate_value(gate_row__new(row), row->unit, text, sizeof(text)));
	columns__add(s, "%s", gate_percent(row->change, text, sizeof(text)));
	snprintf(low, sizeof(low), "%+.1f", 100 * row->low);
	snprintf(high, sizeof(high), "%+.1f", 100 * row->high);
	snprintf(text, sizeof(text), "%s..%s", low, high);
	columns__add(s, "%s", bounded ? text : "-");
	columns__add(s, "%s",
		     gate_tolerance(row->tolerance, row->a, row->unit, text, sizeof(text)));
	columns__add(s, "%s", gate_row__word(row));
	columns__add(s, "%s", gate_percent(row->smallest, text, sizeof(text)));
	columns__add_number(s, rint(row->needed));
	if (group->rows > 1)
		columns__add(s, "%zu", group->rows);
	else
		columns__add(s, "-");
	columns__add(s, "%s", gate_percent(ranges ? group->low : NAN, text, sizeof(text)));
	columns__add(s, "%s", gate_percent(ranges ? group->high : NAN, text, sizeof(text)));
}

static int choose_all(const struct gate_report *r, struct choice *c)
{
	c->groups = calloc(r->row_count + 1, sizeof(*c->groups));
	if (!c->groups)
		return -ENOMEM;
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (row->kind == GATE_SHOWN && gate_row__is_plain(row))
			continue;
		c->groups[c->shown++] = (struct row_group){row, 1, NAN, NAN};
	}
	return 0;
}

/* Keeps those that a reader needs; the same ones too if all have room. */
static int choose_few(const struct gate_report *r, struct choice *c)
{
	int count = gate_group_rows(r, &c->groups);
	size_t gating = 0;
	bool all;

	if (count < 0)
		return count;
	for (int i = 0; i < count; i++)
		gating += c->groups[i].worst->kind != GATE_SHOWN;
	all = gating <= ROWS_SHOWN;
	for (int i = 0; i < count; i++) {
		struct row_group g = c->groups[i];
		bool plain = gate_row__is_plain(g.worst);

		if (plain && g.worst->kind == GATE_SHOWN)
			continue;
		if (plain && !all) {
			c->unchanged += g.rows;
		} else if (c->shown < ROWS_SHOWN) {
			c->groups[c->shown++] = g;
		} else {
			c->more++;
			c->more_rows += g.rows;
		}
	}
	return 0;
}

static void print_left_out(const struct choice *c, FILE *out)
{
	char more[80] = "", unchanged[80] = "", line[200];

	if (c->more == 0 && c->unchanged == 0)
		return;
	if (c->more > 0)
		snprintf(more, sizeof(more), "%zu more %s (%zu with a row a cell); ", c->more,
			 text_plural((int64_t)c->more, "row", "rows"), c->more_rows);
	if (c->unchanged > 0)
		snprintf(unchanged, sizeof(unchanged), "%zu %s the same; ", c->unchanged,
			 text_plural((int64_t)c->unchanged, "metric is", "metrics are"));
	snprintf(line, sizeof(line), "%s%s-v shows them", more, unchanged);
	layout_wrap(out, 0, 2, line);
}

static int print_rows(const struct gate_report *r, const struct choice *c, FILE *out, bool colour)
{
	struct columns *s = columns__new();
	bool grouped = false;
	int err;

	columns__head(s, COLUMNS_LABEL, "CELL", "METRIC", NULL);
	columns__head(s, COLUMNS_RIGHT, "A", "B", "CHANGE", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "95 %", "TOLERANCE", NULL);
	columns__head(s, 0, "VERDICT", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "VISIBLE", "PAIRS", "CELLS", "LEAST",
		      "MOST", NULL);
	for (size_t i = 0; i < c->shown; i++) {
		add_row(s, &c->groups[i]);
		grouped |= c->groups[i].rows > 1;
	}
	err = columns__finish(s,
			      grouped ? "A is the base, B is A with the change; of several cells "
					"the worst"
				      : "A is the base, B is A with the change",
			      out, colour);
	if (!err)
		print_left_out(c, out);
	return err;
}

static int print_budget(const struct gate_report *r, FILE *out, bool colour)
{
	struct columns *s;
	bool cells = false;
	char text[32];

	for (size_t i = 0; i < r->row_count; i++)
		cells |= r->rows[i].cell[0] != '\0';
	s = columns__new();
	columns__head(s, COLUMNS_LABEL | (cells ? 0 : COLUMNS_WIDE), "RULE", NULL);
	if (cells)
		columns__head(s, COLUMNS_LABEL, "CELL", NULL);
	columns__head(s, COLUMNS_RIGHT, "LIMIT", "IS", NULL);
	columns__head(s, 0, "VERDICT", NULL);
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		columns__add(s, "%s", row->metric);
		if (cells)
			columns__add(s, "%s", row->cell[0] ? row->cell : "-");
		columns__add(s, "%s",
			     gate_value_beside(row->a, row->b, row->unit, text, sizeof(text)));
		columns__add(s, "%s",
			     gate_value_beside(row->b, row->a, row->unit, text, sizeof(text)));
		columns__add(s, "%s", gate_verdict_name(row->verdict));
	}
	return columns__finish(s, "Budget", out, colour);
}

static void print_differences(const struct gate_report *r, FILE *out, bool colour)
{
	if (r->difference_count == 0)
		return;
	layout_title(out, "Environments", colour);
	for (size_t i = 0; i < r->difference_count; i++) {
		const struct gate_difference *d = &r->differences[i];
		char line[sizeof(*d) + 32];

		snprintf(line, sizeof(line), "%s: %s | %s%s", d->name, d->a, d->b,
			 d->declared ? " (declared)" : "");
		layout_wrap(out, 0, 2, line);
	}
}

/* Whether a row above has the same note. */
static bool is_repeated(const struct choice *c, size_t place)
{
	for (size_t i = 0; i < place; i++) {
		if (!strcmp(c->groups[i].worst->note, c->groups[place].worst->note))
			return true;
	}
	return false;
}

static size_t count_of_note(const struct choice *c, const char *note)
{
	size_t count = 0;

	for (size_t i = 0; i < c->shown; i++)
		count += strcmp(c->groups[i].worst->note, note) ? 0 : c->groups[i].rows;
	return count;
}

/* What follows "CELL: " in a note; NULL: it is about no cell. */
static const char *text_of_note(const char *note)
{
	const char *end = strstr(note, ": ");

	return end ? end + 2 : NULL;
}

static bool are_alike(const char *a, const char *b)
{
	a = text_of_note(a);
	b = text_of_note(b);
	return a && b && !strcmp(a, b);
}

/* Prints the note, with the cells of the later ones that say the same; once. */
static void print_note(const struct gate_report *r, size_t place, FILE *out)
{
	const char *note = r->notes[place];
	char line[1024];
	size_t len = 0;

	for (size_t i = 0; i < place; i++) {
		if (are_alike(r->notes[i], note))
			return;
	}
	for (size_t i = place + 1; i < r->note_count && len < sizeof(line) / 2; i++) {
		if (!are_alike(r->notes[i], note))
			continue;
		if (len == 0)
			len = (size_t)snprintf(line, sizeof(line), "%.*s",
					       (int)(text_of_note(note) - note - 2), note);
		len += (size_t)snprintf(line + len, sizeof(line) - len, ", %.*s",
					(int)(text_of_note(r->notes[i]) - r->notes[i] - 2),
					r->notes[i]);
	}
	snprintf(line + len, sizeof(line) - len, "%s%s", len > 0 ? ": " : "",
		 len > 0 ? text_of_note(note) : note);
	layout_wrap(out, 0, 2, line);
}

static void print_notes(const struct gate_report *r, const struct choice *c, FILE *out, bool colour)
{
	bool titled = r->note_count > 0;
	char line[512];

	if (titled)
		layout_title(out, "Notes", colour);
	for (size_t i = 0; i < r->note_count; i++)
		print_note(r, i, out);
	for (size_t i = 0; i < c->shown; i++) {
		const struct gate_row *row = c->groups[i].worst;

		if (!row->note[0] || gate_row__is_plain(row) || is_repeated(c, i))
			continue;
		if (!titled)
			layout_title(out, "Notes", colour);
		titled = true;
		snprintf(line, sizeof(line), "%s%s%s%s: %s", row->cell, row->cell[0] ? ": " : "",
			 row->metric, count_of_note(c, row->note) > 1 ? " and others" : "",
			 row->note);
		layout_wrap(out, 0, 2, line);
	}
}

int gate_print_text(const struct gate_report *r, FILE *out, bool colour, bool all_rows)
{
	bool budget = r->row_count > 0 && r->rows[0].kind == GATE_BUDGET;
	struct choice c = {0};
	int err = all_rows || budget ? choose_all(r, &c) : choose_few(r, &c);

	if (!err) {
		print_headline(r, out, colour);
		err = budget ? print_budget(r, out, colour) : print_rows(r, &c, out, colour);
	}
	if (!err) {
		print_differences(r, out, colour);
		print_notes(r, &c, out, colour);
	}
	free(c.groups);
	return err;
}
