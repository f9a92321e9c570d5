// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * JUnit XML, KTAP and Markdown. Text in a report went through escape_text(), so it has no control
 * characters. What is special in a format is escaped here; HTML's escaping is right for XML, too.
 */
#include "user/gate/print/print.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/gate/compare/format.h"
#include "user/text/layout.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

/* These formats know nothing between passed and failed. */
enum outcome { PASSED, FAILED, SKIPPED, TROUBLED };

static enum outcome outcome_of(enum gate_verdict v, bool strict)
{
	if (v == GATE_PASS)
		return PASSED;
	if (v == GATE_TROUBLE)
		return TROUBLED;
	return v == GATE_INCONCLUSIVE && !strict ? SKIPPED : FAILED;
}

/* The test case of a verdict that no row carries; NULL: the rows do. */
static const char *case_of_all(const struct gate_report *r)
{
	if (r->verdict == GATE_NOT_COMPARABLE)
		return "comparable";
	if (r->verdict == GATE_TROUBLE)
		return "compared";
	return r->verdict == GATE_REGRESSION && r->row_count == 0 ? "ends in time" : NULL;
}

static void row_text(const struct gate_row *row, char *text, size_t size)
{
	char a[32], b[32], change[32];
	bool spelt = strcmp(row->unit, "ns") && strcmp(row->unit, "bytes");

	snprintf(text, size, "%s: ", gate_verdict_name(row->verdict));
	if (row->kind == GATE_BUDGET)
		layout_append(text, size, "is %s",
			      gate_value_beside(row->b, row->a, row->unit, b, sizeof(b)));
	else
		layout_append(text, size, "%s -> %s", gate_value(row->a, row->unit, a, sizeof(a)),
			      gate_value(gate_row__new(row), row->unit, b, sizeof(b)));
	if (spelt)
		layout_append(text, size, " %s", row->unit);
	if (isfinite(row->change))
		layout_append(text, size, ", %s",
			      gate_percent(row->change, change, sizeof(change)));
	if (isfinite(row->low) && isfinite(row->high))
		layout_append(text, size, " [%+.1f, %+.1f]", 100 * row->low, 100 * row->high);
	if (isfinite(row->smallest))
		layout_append(text, size, ", %zu %s would show %s", row->pairs,
			      text_plural((int64_t)row->pairs, "pair", "pairs"),
			      gate_percent(row->smallest, change, sizeof(change)));
	if (row->note[0])
		layout_append(text, size, "; %s", row->note);
}

/* By what makes the name of a test case. */
static int compare_names(const void *a, const void *b)
{
	const struct gate_row *x = *(const struct gate_row *const *)a;
	const struct gate_row *y = *(const struct gate_row *const *)b;
	int order = strcmp(x->cell, y->cell);

	order = order ? order : strcmp(x->metric, y->metric);
	return order ? order : strcmp(x->probe_set, y->probe_set);
}

static int compare_rows(const void *a, const void *b)
{
	const struct gate_row *x = *(const struct gate_row *const *)a;
	const struct gate_row *y = *(const struct gate_row *const *)b;
	int order = compare_names(a, b);

	return order ? order : (x > y) - (x < y);
}

/* For each row, how many before it have its name. NULL: out of memory. free() it. */
static size_t *count_namesakes(const struct gate_report *r)
{
	size_t *before = calloc(r->row_count + 1, sizeof(*before));
	const struct gate_row **rows = calloc(r->row_count + 1, sizeof(const struct gate_row *));
	size_t n = 0;

	if (!before || !rows) {
		free(before);
		free(rows);
		return NULL;
	}
	for (size_t i = 0; i < r->row_count; i++) {
		if (r->rows[i].kind != GATE_SHOWN)
			rows[n++] = &r->rows[i];
	}
	qsort(rows, n, sizeof(const struct gate_row *), compare_rows);
	for (size_t i = 1; i < n; i++) {
		if (!compare_names(&rows[i - 1], &rows[i]))
			before[rows[i] - r->rows] = before[rows[i - 1] - r->rows] + 1;
	}
	free(rows);
	return before;
}

static void print_case(FILE *out, const char *class, const char *name, const char *text,
		       enum outcome outcome)
{
	fputs("    <testcase classname=\"", out);
	html_text(out, class);
	fputs("\" name=\"", out);
	html_text(out, name);
	if (outcome == PASSED) {
		fputs("\"/>\n", out);
		return;
	}
	fprintf(out, "\">\n      <%s message=\"",
		outcome == FAILED     ? "failure"
		: outcome == TROUBLED ? "error"
				      : "skipped");
	html_text(out, text);
	fputs("\"/>\n    </testcase>\n", out);
}

/*
 * The schema of Jenkins' xUnit plugin, which GitLab and others read. An inconclusive row is skipped
 * unless it counts as a failure. What no row carries is a test case of its own.
 */
int gate_print_junit(const struct gate_report *r, FILE *out, bool strict)
{
	size_t i, tests = 0, counts[4] = {0}, *namesakes = count_namesakes(r);
	const char *of_all = case_of_all(r);
	char text[512], name[192];

	if (!namesakes)
		return -ENOMEM;

	for (i = 0; i < r->row_count; i++) {
		if (r->rows[i].kind == GATE_SHOWN)
			continue;
		tests++;
		counts[outcome_of(r->rows[i].verdict, strict)]++;
	}
	if (of_all) {
		tests++;
		counts[outcome_of(r->verdict, strict)]++;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		"  <testsuite name=\"spawnscope gate\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"%zu\" skipped=\"%zu\">\n",
		tests, counts[FAILED], counts[TROUBLED], counts[SKIPPED]);
	if (of_all)
		print_case(out, "gate", of_all, r->headline, outcome_of(r->verdict, strict));
	for (i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];

		if (row->kind == GATE_SHOWN)
			continue;
		row_text(row, text, sizeof(text));
		snprintf(name, sizeof(name), "%s%s%s%s", row->metric, row->probe_set[0] ? " (" : "",
			 row->probe_set, row->probe_set[0] ? ")" : "");
		if (namesakes[i] > 0)
			layout_append(name, sizeof(name), " %zu", namesakes[i] + 1);
		print_case(out, row->cell[0] ? row->cell : "gate", name, text,
			   outcome_of(row->verdict, strict));
	}
	fputs("    <system-out>", out);
	html_text(out, gate_verdict_name(r->verdict));
	fputs(": ", out);
	html_text(out, r->headline);
	for (i = 0; i < r->note_count; i++) {
		fputc('\n', out);
		html_text(out, r->notes[i]);
	}
	fputs("</system-out>\n  </testsuite>\n</testsuites>\n", out);
	free(namesakes);
	return 0;
}

/* A description is one line and ends at '#'. */
static void print_description(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		fputc(*text == '#' ? '_' : *text, out);
}

/* The format is in the kernel's Documentation/dev-tools/ktap.rst. */
int gate_print_ktap(const struct gate_report *r, FILE *out, bool strict)
{
	static const char *const results[] = {
		[PASSED] = "ok",
		[FAILED] = "not ok",
		[SKIPPED] = "ok",
		[TROUBLED] = "not ok",
	};
	const char *of_all = case_of_all(r);
	size_t n = 0, tests = of_all != NULL;
	char text[512];

	for (size_t i = 0; i < r->row_count; i++)
		tests += r->rows[i].kind != GATE_SHOWN;
	fprintf(out, "KTAP version 1\n1..%zu\n# %s: %s\n", tests, gate_verdict_name(r->verdict),
		r->headline);
	if (of_all)
		fprintf(out, "not ok %zu %s\n", ++n, of_all);
	for (size_t i = 0; i < r->row_count; i++) {
		const struct gate_row *row = &r->rows[i];
		enum outcome outcome = outcome_of(row->verdict, strict);

		if (row->kind == GATE_SHOWN)
			continue;
		row_text(row, text, sizeof(text));
		if (outcome != PASSED)
			fprintf(out, "# %s\n", text);
		fprintf(out, "%s %zu ", results[outcome], ++n);
		print_description(out, row->cell);
		fputs(row->cell[0] ? " " : "", out);
		print_description(out, row->metric);
		fputs(outcome == SKIPPED ? " # SKIP inconclusive\n" : "\n", out);
	}
	return 0;
}

static void print_markdown_row(FILE *out, const struct gate_row *row)
{
	char text[64];

	fputs("| ", out);
	markdown_text(out, row->cell, SIZE_MAX);
	fputs(" | ", out);
	markdown_text(out, row->metric, SIZE_MAX);
	if (row->kind == GATE_BUDGET) {
		fprintf(out, " | %s",
			gate_value_beside(row->a, row->b, row->unit, text, sizeof(text)));
		fprintf(out, " | %s",
			gate_value_beside(row->b, row->a, row->unit, text, sizeof(text)));
	} else {
		fprintf(out, " | %s", gate_value(row->a, row->unit, text, sizeof(text)));
		fprintf(out, " | %s",
			gate_value(gate_row__new(row), row->unit, text, sizeof(text)));
	}
	fprintf(out, " | %s", gate_percent(row->change, text, sizeof(text)));
	if (isfinite(row->low) && isfinite(row->high))
		fprintf(out, " | %+.1f to %+.1f %%", 100 * row->low, 100 * row->high);
	else
		fputs(" | ", out);
	fprintf(out, " | %s%s", gate_verdict_name(row->verdict),
		row->accepted	? ", accepted"
		: row->improved ? ", better"
				: "");
	if (isfinite(row->tolerance))
		fprintf(out, "; tolerance %s",
			gate_tolerance(row->tolerance, row->a, row->unit, text, sizeof(text)));
	if (isfinite(row->smallest))
		fprintf(out, "; %s would show", gate_percent(row->smallest, text, sizeof(text)));
	fputs(row->note[0] ? "; " : "", out);
	markdown_text(out, row->note, SIZE_MAX);
	fputs(" |\n", out);
}

/* A job summary has room for 1 MiB. Rows that passed are folded away, and cut at this number. */
#define FOLDED_ROWS_MAX 500

/* What passed by itself: what is accepted must be seen. */
static bool is_folded(const struct gate_row *row)
{
	return row->verdict == GATE_PASS && !row->accepted;
}

static void print_markdown_rows(const struct gate_report *r, FILE *out, bool passed)
{
	bool budget = r->row_count > 0 && r->rows[0].kind == GATE_BUDGET;
	size_t count = 0, printed = 0;

	for (size_t i = 0; i < r->row_count; i++)
		count += r->rows[i].kind != GATE_SHOWN && is_folded(&r->rows[i]) == passed;
	if (count == 0)
		return;
	if (passed)
		fprintf(out, "\n<details><summary>%zu passed</summary>\n", count);
	fprintf(out,
		"\n| cell | metric | %s | %s | change | 95 %% | verdict |\n"
		"| --- | --- | ---: | ---: | ---: | ---: | --- |\n",
		budget ? "limit" : "A", budget ? "is" : "B");
	for (size_t i = 0; i < r->row_count && printed < FOLDED_ROWS_MAX; i++) {
		if (r->rows[i].kind == GATE_SHOWN || is_folded(&r->rows[i]) != passed)
			continue;
		print_markdown_row(out, &r->rows[i]);
		printed++;
	}
	if (printed < count)
		fprintf(out, "\nand %zu more\n", count - printed);
	if (passed)
		fputs("\n</details>\n", out);
}

int gate_print_markdown(const struct gate_report *r, FILE *out, bool strict)
{
	static const char *const signs[] = {
		[PASSED] = "&#9989;",  /* white heavy check mark */
		[FAILED] = "&#10060;", /* cross mark */
		[SKIPPED] = "&#9888;", /* warning sign */
		[TROUBLED] = "&#10060;",
	};

	fprintf(out, "### %s spawnscope gate: %s\n\n", signs[outcome_of(r->verdict, strict)],
		gate_verdict_name(r->verdict));
	markdown_text(out, r->headline, SIZE_MAX);
	fputc('\n', out);
	print_markdown_rows(r, out, false);
	print_markdown_rows(r, out, true);
	for (size_t i = 0; i < r->difference_count; i++) {
		const struct gate_difference *d = &r->differences[i];

		fputs("\n- ", out);
		markdown_text(out, d->name, SIZE_MAX);
		fputs(" differs: ", out);
		markdown_text(out, d->a, SIZE_MAX);
		fputs(" / ", out);
		markdown_text(out, d->b, SIZE_MAX);
		fputs(d->declared ? " (declared)" : "", out);
	}
	for (size_t i = 0; i < r->note_count; i++) {
		fputs("\n- ", out);
		markdown_text(out, r->notes[i], SIZE_MAX);
	}
	fputs("\n\n", out);
	return 0;
}
