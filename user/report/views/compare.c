// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Several runs side by side, each against the first one. */
#include <math.h>

#include "user/analysis/stats.h"
#include "user/report/html.h"
#include "user/report/measure.h"
#include "user/report/views/kernels.h"
#include "user/report/views/views.h"

/* The row in run `i` that is this one, or NULL. */
static const struct row *match(const struct report *p, size_t i, const struct row *row)
{
	return rows__find(&p->runs[i].rows, row->cell);
}

/* Whether at least two runs have this row, and `run` is the first of them. */
static bool is_compared(const struct report *p, size_t run, const struct row *row)
{
	for (size_t i = 0; i < run; i++) {
		if (match(p, i, row))
			return false;
	}
	for (size_t i = run + 1; i < p->count; i++) {
		if (match(p, i, row))
			return true;
	}
	return false;
}

/* The compared row after `row`, or the first for NULL. NULL: no more. */
static const struct row *next_compared(const struct report *p, const struct row *row)
{
	size_t run = row ? report__run_of(p, row) : 0;
	size_t k = row ? (size_t)(row - p->runs[run].rows.v) + 1 : 0;

	for (; run < p->count; run++, k = 0) {
		for (; k < p->runs[run].rows.n; k++) {
			if (is_compared(p, run, &p->runs[run].rows.v[k]))
				return &p->runs[run].rows.v[k];
		}
	}
	return NULL;
}

/* A profile has no rows and gets no column. */
static bool has_rows(const struct report *p, size_t i)
{
	return p->runs[i].rows.n > 0;
}

static size_t first_run(const struct report *p)
{
	size_t i = 0;

	while (i + 1 < p->count && !has_rows(p, i))
		i++;
	return i;
}

static bool have_same_unit(const struct report *p)
{
	size_t i, first = first_run(p);

	for (i = first + 1; i < p->count; i++) {
		if (has_rows(p, i) && !run__same_unit(p->runs[i].run, p->runs[first].run))
			return false;
	}
	return true;
}

static void write_names(const struct report *p, FILE *out, const char *const *first, size_t count,
			bool changes)
{
	for (size_t i = 0; i < count; i++)
		html_column(out, i > 0, first[i]);
	for (size_t i = 0; i < p->count; i++) {
		if (!has_rows(p, i))
			continue;
		html_column(out, false, p->runs[i].name);
		if (changes && i > first_run(p))
			html_column(out, false, "change");
	}
	html_head_end(out);
}

static double median_of(const struct report *p, size_t run, const struct row *row, enum measure m)
{
	const struct row *other = match(p, run, row);

	return other ? measure_spread(other, m)->median : NAN;
}

static void write_medians(const struct report *p, const struct row *row, enum measure m, FILE *out)
{
	bool instructions = p->runs[first_run(p)].instructions;
	size_t own = report__run_of(p, row);

	html_row(out, row->parent, row->method, measure_name(m), NULL);
	for (size_t i = 0; i < p->count; i++) {
		double median = median_of(p, i, row, m);

		if (!has_rows(p, i))
			continue;
		html_number(out, text_time(median, instructions).text);
		if (i > first_run(p))
			html_number(out,
				    i > own ? text_change(median_of(p, own, row, m), median).text
					    : "-");
	}
}

static void write_times(const struct report *p, FILE *out)
{
	static const char *const head[] = {"Parent", "Method", "Time"};
	const struct row *row;

	html_table_begin(
		out, p->runs[first_run(p)].instructions ? "Medians, in instructions" : "Medians",
		3);
	write_names(p, out, head, 3, true);
	for (row = next_compared(p, NULL); row; row = next_compared(p, row)) {
		for (enum measure m = 0; m < MEASURE_COUNT; m++) {
			if (measure_applies(row, m))
				write_medians(p, row, m, out);
		}
	}
	html_table_end(out);
	measure_write_absent(p->runs, p->count, out);
}

static double count_of(const struct row *row, enum count c)
{
	const struct cell *cell = row ? row__count(row, c) : NULL;

	return cell ? stats_median(&cell->counts[c]) : NAN;
}

/* Writes one count of one row if the runs differ in it, or if they do not. Returns whether it did.
 */
static bool write_count(const struct report *p, const struct row *row, enum count c, bool differing,
			FILE *out)
{
	double first = count_of(row, c);
	bool same = true, any = false;

	for (size_t i = report__run_of(p, row) + 1; i < p->count; i++) {
		double value = count_of(match(p, i, row), c);

		if (!isfinite(value))
			continue;
		any = isfinite(first);
		same = same && value == first;
	}
	if (!any || same == differing)
		return false;
	if (!out)
		return true;
	html_row(out, row->parent, row->method, count_name(c), NULL);
	for (size_t i = 0; i < p->count; i++) {
		if (has_rows(p, i))
			html_number(out, text_count(count_of(match(p, i, row), c)).text);
	}
	return true;
}

static size_t write_counts(const struct report *p, bool differing, FILE *out)
{
	const struct row *row;
	size_t written = 0;

	for (row = next_compared(p, NULL); row; row = next_compared(p, row)) {
		for (int c = 0; c < COUNT_COUNT; c++)
			written += write_count(p, row, c, differing, out);
	}
	return written;
}

/* Two runs stand side by side in the view of what changed, kernels in their own. */
static bool need_medians(const struct report *p)
{
	size_t runs = 0;

	for (size_t i = 0; i < p->count; i++)
		runs += has_rows(p, i);
	return runs > 2 && !kernels_shown(p);
}

static void write_all_times(const struct report *p, FILE *out)
{
	fputs("<p>Each run against the first, ", out);
	html_text(out, p->runs[first_run(p)].name);
	fputs("; rows that it lacks, against the first run that has them.</p>\n", out);
	html_fold(out, "The medians of all runs", NULL);
	write_times(p, out);
	html_fold_end(out);
}

static void write(const struct report *p, FILE *out)
{
	static const char *const head[] = {"Parent", "Method", "Count"};
	size_t different = write_counts(p, true, NULL), same = write_counts(p, false, NULL);

	if (!have_same_unit(p))
		fputs("<p>Their times are not compared: their units differ (nanoseconds, or "
		      "instructions by another counting rule).</p>\n",
		      out);
	else if (need_medians(p))
		write_all_times(p, out);
	fprintf(out,
		"<p>Counts are exact: %zu are the same in all runs that have them, %zu "
		"differ.</p>\n",
		same, different);
	if (different) {
		html_fold(out, "The counts that differ", NULL);
		html_table_begin(out, "Counts that differ, medians per birth", 3);
		write_names(p, out, head, 3, false);
		write_counts(p, true, out);
		html_table_end(out);
		html_fold_end(out);
	}
}

static json_t *data(const struct report *p)
{
	return next_compared(p, NULL) ? json_object() : json_null();
}

const struct view view_compare = {
	.id = "compare",
	.title = "The runs side by side",
	.data = data,
	.write = write,
};
