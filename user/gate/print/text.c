// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/print/print.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/gate/compare/format.h"
#include "user/text/columns.h"
#include "user/text/layout.h"

/* Up to this many rows, unchanged ones are shown as well. */
#define ROWS_SHOWN 24

/* Rows that do not gate are shown only if they moved. */
static bool has_moved(const struct gate_row *row)
{
	if (row->of && metric_is_count(row->of))
		return row->a != row->b && fabs(row->change) >= 0.01;
	return isfinite(row->low) && isfinite(row->high) && (row->low > 0 || row->high < 0);
}

static bool is_plain(const struct gate_row *row)
{
	if (row->kind == GATE_SHOWN)
		return !has_moved(row);
	return row->verdict == GATE_PASS && !row->improved && row->change == 0;
}

static const char *verdict_of(const struct gate_row *row)
{
	if (row->kind == GATE_SHOWN)
		return "-";
	if (row->verdict == GATE_PASS && row->improved)
		return "better";
	if (row->verdict == GATE_PASS && row->change == 0)
		return "same";
	return gate_verdict_name(row->verdict);
}

static void print_headline(const struct gate_report *r, FILE *out, bool colour)
{
	static const char *const colours[] = {
		[GATE_PASS] = "\033[1;32m",
		[GATE_REGRESSION] = "\033[1;31m",
		[GATE_INCONCLUSIVE] = "\033[1;33m",
		[GATE_NOT_COMPARABLE] = "\033[1;33m",
	};

	fprintf(out, "%s%s:%s %s\n", colour ? colours[r->verdict] : "",
		gate_verdict_name(r->verdict), colour ? "\033[0m" : "", r->headline);
}

static void add_row(struct columns *s, const struct gate_row *row)
{
	char text[80], low[32], high[32];
	bool bounded = isfinite(row->low) && isfinite(row->high);

	columns__add(s, "%s", row->cell);
	columns__add(s, "%s", row->metric);
	columns__add(s, "%s", gate_value(row->a, row->unit, text, sizeof(text)));
	columns__add(s, "%s", gate_value(row->b, row->unit, text, sizeof(text)));
	columns__add(s, "%s", gate_percent(row->change, text, sizeof(text)));
	snprintf(low, sizeof(low), "%+.1f", 100 * row->low);
	snprintf(high, sizeof(high), "%+.1f", 100 * row->high);
	snprintf(text, sizeof(text), "%s..%s", low, high);
	columns__add(s, "%s", bounded ? text : "-");
	columns__add(s, "%s", verdict_of(row));
	columns__add(s, "%s", gate_percent(row->smallest, text, sizeof(text)));
	columns__add_number(s, rint(row->needed));
}

static int print_rows(const struct gate_report *r, FILE *out, bool colour, bool all_rows)
{
	struct columns *s = columns__new(2);
	size_t gating = 0, same = 0;
	int err;

	columns__head(s, 0, "CELL", "METRIC", NULL);
	columns__head(s, COLUMNS_RIGHT, "A", "B", "CHANGE", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "95 %", NULL);
	columns__head(s, 0, "VERDICT", NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "VISIBLE", "PAIRS", NULL);
	for (size_t i = 0; i < r->row_count; i++)
		gating += r->rows[i].kind != GATE_SHOWN;
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (!all_rows && is_plain(row) &&
		    (row->kind == GATE_SHOWN || gating > ROWS_SHOWN)) {
			same += row->kind != GATE_SHOWN;
			continue;
		}
		add_row(s, row);
	}
	err = columns__finish(s, "A is the base, B is new", out, colour);
	if (!err && same > 0)
		fprintf(out, "%zu metric%s the same; -v shows them\n", same,
			same == 1 ? " is" : "s are");
	return err;
}

static int print_budget(const struct gate_report *r, FILE *out, bool colour)
{
	struct columns *s;
	bool cells = false;
	char text[32];

	for (size_t i = 0; i < r->row_count; i++)
		cells |= r->rows[i].cell[0] != '\0';
	s = columns__new(cells ? 2 : 1);
	columns__head(s, cells ? 0 : COLUMNS_WIDE, "RULE", NULL);
	if (cells)
		columns__head(s, 0, "CELL", NULL);
	columns__head(s, COLUMNS_RIGHT, "LIMIT", "IS", NULL);
	columns__head(s, 0, "VERDICT", NULL);
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		columns__add(s, "%s", row->metric);
		if (cells)
			columns__add(s, "%s", row->cell[0] ? row->cell : "-");
		columns__add(s, "%s", gate_value(row->a, row->unit, text, sizeof(text)));
		columns__add(s, "%s", gate_value(row->b, row->unit, text, sizeof(text)));
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
		char line[320];

		snprintf(line, sizeof(line), "%s: %s | %s%s", d->name, d->a, d->b,
			 d->declared ? " (declared)" : "");
		layout_wrap(out, 0, 2, line);
	}
}

/* Whether a row above has the same note. */
static bool is_repeated(const struct gate_report *r, const struct gate_row *row)
{
	const struct gate_row *other;

	for (other = r->rows; other < row; other++) {
		if (!strcmp(other->note, row->note) && !is_plain(other))
			return true;
	}
	return false;
}

static size_t count_of_note(const struct gate_report *r, const char *note)
{
	size_t count = 0;

	for (size_t i = 0; i < r->row_count; i++)
		count += !strcmp(r->rows[i].note, note) && !is_plain(&r->rows[i]);
	return count;
}

static void print_notes(const struct gate_report *r, FILE *out, bool colour)
{
	bool titled = false;
	char line[512];

	for (size_t i = 0; i < r->note_count + r->row_count; i++) {
		const struct gate_row *row = i < r->note_count ? NULL : &r->rows[i - r->note_count];

		if (row && (!row->note[0] || is_plain(row) || is_repeated(r, row)))
			continue;
		if (!titled)
			layout_title(out, "Notes", colour);
		titled = true;
		if (!row)
			snprintf(line, sizeof(line), "%s", r->notes[i]);
		else
			snprintf(line, sizeof(line), "%s%s%s%s: %s", row->cell,
				 row->cell[0] ? ": " : "", row->metric,
				 count_of_note(r, row->note) > 1 ? " and others" : "", row->note);
		layout_wrap(out, 0, 2, line);
	}
}

int gate_print_text(const struct gate_report *r, FILE *out, bool colour, bool all_rows)
{
	bool budget = r->row_count > 0 && r->rows[0].kind == GATE_BUDGET;
	int err;

	print_headline(r, out, colour);
	err = budget ? print_budget(r, out, colour) : print_rows(r, out, colour, all_rows);
	if (!err) {
		print_differences(r, out, colour);
		print_notes(r, out, colour);
	}
	return err;
}
