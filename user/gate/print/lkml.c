// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/print/lkml.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "user/gate/compare/format.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define WIDTH	  72
#define ROWS_MAX  60
#define NAME_COLS 20

/* Prints a text, escaped, in lines that begin with `indent` blanks from the second one on. */
static void print_wrapped(FILE *out, size_t indent, const char *text)
{
	size_t begin = 0; /* blanks before this line */

	while (*text) {
		size_t room = WIDTH - begin, fits = utf8_fit(text, room), cut = fits;

		while (text[fits] && cut > 0 && text[cut] != ' ')
			cut--;
		if (cut == 0)
			cut = fits; /* one word */
		fprintf(out, "%*s%.*s\n", (int)begin, "", (int)cut, text);
		text += cut;
		text += strspn(text, " ");
		begin = indent;
	}
}

static const char *value_of_difference(const struct gate_report *r, const char *name, int side)
{
	for (size_t i = 0; i < r->difference_count; i++) {
		if (!strcmp(r->differences[i].name, name))
			return side ? r->differences[i].b : r->differences[i].a;
	}
	return NULL;
}

/* "base: debian:6.1 (6.1.0-18-amd64)" */
static void print_side(const struct gate_report *r, const struct gate_about *about, int side,
		       FILE *out)
{
	const char *release = value_of_difference(r, "kernel_release", side);
	char name[256], line[sizeof(name) + 300];

	escape_text(about->names[side] ? about->names[side] : side ? "B" : "A", name, sizeof(name));
	snprintf(line, sizeof(line), "%s: %s%s%s%s", side ? "new " : "base", name,
		 release ? " (" : "", release ? release : "", release ? ")" : "");
	print_wrapped(out, 6, line);
}

static const char *word_of(const struct gate_row *row)
{
	if (row->kind == GATE_SHOWN)
		return "";
	if (row->accepted)
		return "accepted";
	if (row->verdict == GATE_PASS)
		return row->improved ? "better" : "";
	return row->verdict == GATE_REGRESSION ? "worse" : "open";
}

static bool has_changed(const struct gate_row *row)
{
	return row->kind != GATE_SHOWN &&
	       (row->verdict != GATE_PASS || row->accepted || row->improved || row->a != row->b);
}

/* In columns, not bytes: a µ is one. */
static void append_right(char *line, size_t size, int width, const char *text)
{
	int blanks = width - (int)utf8_width(text);

	layout_append(line, size, "%*s%s", blanks > 1 ? blanks : 1, "", text);
}

/* No line ends with a blank. */
static void print_fields(FILE *out, const char *first, const char *a, const char *b,
			 const char *change, const char *word)
{
	char name[64], line[256] = "";

	snprintf(name, sizeof(name), "%.60s", first);
	layout_cut(name, NAME_COLS);
	layout_append(line, sizeof(line), "  %s%*s", name, NAME_COLS - (int)utf8_width(name), "");
	append_right(line, sizeof(line), 13, a);
	append_right(line, sizeof(line), 13, b);
	append_right(line, sizeof(line), 11, change);
	fprintf(out, "%s%s%s\n", line, word[0] ? "  " : "", word);
}

static void print_row(const struct gate_row *row, FILE *out)
{
	char a[32], b[32], change[32];

	gate_value(row->a, row->unit, a, sizeof(a));
	gate_value(gate_row__new(row), row->unit, b, sizeof(b));
	gate_percent(row->change, change, sizeof(change));
	print_fields(out, row->metric, a, b, change, word_of(row));
}

/* The first row of a cell, with those of the same cell below it, in the report's order. */
static size_t print_cell(const struct gate_report *r, size_t first, FILE *out)
{
	size_t printed = 0;

	for (size_t i = 0; i < first; i++) {
		if (has_changed(&r->rows[i]) && !strcmp(r->rows[i].cell, r->rows[first].cell))
			return 0; /* printed above */
	}
	print_wrapped(out, 2, r->rows[first].cell);
	for (size_t i = first; i < r->row_count; i++) {
		if (!has_changed(&r->rows[i]) || strcmp(r->rows[i].cell, r->rows[first].cell))
			continue;
		print_row(&r->rows[i], out);
		printed++;
	}
	return printed;
}

static void print_rows(const struct gate_report *r, FILE *out)
{
	size_t gating = 0, changed = 0, printed = 0;

	for (size_t i = 0; i < r->row_count; i++) {
		gating += r->rows[i].kind != GATE_SHOWN;
		changed += has_changed(&r->rows[i]);
	}
	if (changed > 0) {
		fputc('\n', out);
		print_fields(out, r->clock && !strcmp(r->clock, "icount") ? "(instructions)" : "",
			     "base", "new", "new/base", "");
	}
	for (size_t i = 0; i < r->row_count && printed < ROWS_MAX; i++) {
		if (has_changed(&r->rows[i]))
			printed += print_cell(r, i, out);
	}
	if (printed < changed)
		fprintf(out, "  and %zu more\n", changed - printed);
	if (gating > changed)
		fprintf(out, "%s%zu of %zu %s %s the same.\n", changed ? "" : "\n",
			gating - changed, gating, text_plural((int64_t)gating, "metric", "metrics"),
			text_plural((int64_t)(gating - changed), "is", "are"));
}

static void print_remarks(const struct gate_report *r, FILE *out)
{
	if (r->difference_count + r->note_count > 0)
		fputc('\n', out);
	for (size_t i = 0; i < r->difference_count; i++) {
		const struct gate_difference *d = &r->differences[i];
		char line[sizeof(*d) + 32];

		snprintf(line, sizeof(line), "%s: %s -> %s", d->name, d->a, d->b);
		print_wrapped(out, 2, line);
	}
	for (size_t i = 0; i < r->note_count; i++)
		print_wrapped(out, 2, r->notes[i]);
}

/* Options for output, which are nothing to reproduce; the number of words, or 0: another one. */
static int output_words(const char *word)
{
	static const char *const with_value[] = {"--output",   "--junit",  "--ktap",
						 "--markdown", "--format", "-o"};

	if (!strcmp(word, "--json") || !strcmp(word, "-q") || !strcmp(word, "-v") ||
	    !strcmp(word, "--quiet") || !strcmp(word, "--verbose"))
		return 1;
	for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++) {
		size_t length = strlen(with_value[i]);

		if (strncmp(word, with_value[i], length))
			continue;
		if (!word[length])
			return 2;
		if (word[length] == '=' || length == 2)
			return 1;
	}
	return 0;
}

/*
 * Prints a word for a shell, with a backslash before what is special to it. A backslash at the end
 * of a line joins it with the next one, so that words that are too long go on there.
 */
static size_t print_word(FILE *out, size_t column, const char *word)
{
	char text[1024];

	escape_text(word, text, sizeof(text));
	for (const char *c = text; *c; c++) {
		bool special = !isalnum((unsigned char)*c) && (unsigned char)*c < 0x80 &&
			       !strchr("_./,:+=-@%", *c);

		/* Not within a character of several bytes. */
		if (column + 2 >= WIDTH && ((unsigned char)*c & 0xc0) != 0x80) {
			fputs("\\\n", out);
			column = 0;
		}
		column += special ? 2 : 1;
		fprintf(out, "%s%c", special ? "\\" : "", *c);
	}
	return column;
}

static void print_command(const struct gate_about *about, FILE *out)
{
	size_t column;

	fputs("\nTo reproduce:\n", out);
	fputs("spawnscope gate", out);
	column = strlen("spawnscope gate");
	for (int i = 1; i < about->argc; i++) {
		size_t length = strlen(about->argv[i]);
		int skip = output_words(about->argv[i]);

		if (skip) {
			i += skip - 1;
			continue;
		}
		if (column + 1 + length + 3 > WIDTH) {
			fputs(" \\\n   ", out);
			column = 3;
		}
		fputc(' ', out);
		column = print_word(out, column + 1, about->argv[i]);
	}
	fputc('\n', out);
}

void gate_print_lkml(const struct gate_report *r, const struct gate_about *about, FILE *out)
{
	char line[sizeof(r->headline) + 32];

	snprintf(line, sizeof(line), "%s: %s", gate_verdict_name(r->verdict), r->headline);
	print_wrapped(out, 2, line);
	fputc('\n', out);
	print_side(r, about, 0, out);
	print_side(r, about, 1, out);
	print_rows(r, out);
	print_remarks(r, out);
	print_command(about, out);
}
