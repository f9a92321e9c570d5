/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two runs or more side by side: each against the first one. */
#include <math.h>

#include "user/report/json.h"
#include "user/report/text.h"
#include "user/report/views.h"
#include "user/stats.h"

/* The row in run `i` that is this one of the first run, or NULL. */
static const struct row *match(const struct report *p, size_t i, const struct row *row)
{
	return report_run__find(&p->runs[i], row->cell);
}

static bool any_match(const struct report *p, const struct row *row)
{
	size_t i;

	for (i = 1; i < p->count; i++) {
		if (match(p, i, row))
			return true;
	}
	return false;
}

static void write_names(const struct report *p, FILE *out, const char *const *first, size_t count,
			bool changes)
{
	size_t i;

	fputs("<thead><tr>", out);
	for (i = 0; i < count; i++)
		fprintf(out, "<th scope=\"col\"%s>%s</th>", i ? " class=\"words\"" : "", first[i]);
	for (i = 0; i < p->count; i++) {
		fputs("<th scope=\"col\">", out);
		html_text(out, p->runs[i].name);
		fputs(changes && i ? "</th><th scope=\"col\">change</th>" : "</th>", out);
	}
	fputs("</tr></thead>\n<tbody>", out);
}

static void write_times(const struct report *p, FILE *out)
{
	const struct report_run *first = &p->runs[0];
	char text[NUMBER_MAX];
	size_t i, k;

	html_table(out, first->instructions ? "Medians of the call, in instructions"
					    : "Medians of the call");
	write_names(p, out, (const char *const[]){"Parent", "Method"}, 2, true);
	for (k = 0; k < first->count; k++) {
		const struct row *row = &first->rows[k];

		if (!any_match(p, row))
			continue;
		html_row(out);
		html_label(out, row->parent);
		html_words(out, row->method);
		for (i = 0; i < p->count; i++) {
			const struct row *other = match(p, i, row);
			double median = other ? other->call.median : NAN;

			html_number(out, time_text(median, first->instructions, text));
			if (i)
				html_number(out, change_text(row->call.median, median, text));
		}
		fputs("</tr>", out);
	}
	html_table_end(out);
}

static double count_of(const struct row *row, enum count c)
{
	const struct cell *cell = row ? row__count(row, c) : NULL;

	return cell ? stats_median(&cell->counts[c]) : NAN;
}

/* Of one count in one cell; `differing`: only where the runs do. Returns whether it was written. */
static bool write_count(const struct report *p, const struct row *row, enum count c, bool differing,
			FILE *out)
{
	double first = count_of(row, c);
	bool same = true, any = isfinite(first);
	char text[NUMBER_MAX];
	size_t i;

	for (i = 1; i < p->count; i++) {
		double value = count_of(match(p, i, row), c);

		any = any && isfinite(value);
		same = same && value == first;
	}
	if (!any || same == differing)
		return false;
	if (out == NULL)
		return true;
	html_row(out);
	html_label(out, row->parent);
	html_words(out, row->method);
	html_words(out, count_name(c));
	for (i = 0; i < p->count; i++)
		html_number(out, count_text(count_of(match(p, i, row), c), text));
	fputs("</tr>", out);
	return true;
}

static size_t write_counts(const struct report *p, bool differing, FILE *out)
{
	size_t k, written = 0;
	int c;

	for (k = 0; k < p->runs[0].count; k++) {
		for (c = 0; c < COUNT_COUNT; c++)
			written += write_count(p, &p->runs[0].rows[k], c, differing, out);
	}
	return written;
}

static void write(const struct report *p, FILE *out)
{
	static const char *const head[] = {"Parent", "Method", "Count"};
	size_t different = write_counts(p, true, NULL), same = write_counts(p, false, NULL);

	fputs("<p>Each run against the first, ", out);
	html_text(out, p->runs[0].name);
	fputs(". One run of each cannot tell a change from noise: <code>spawnscope gate</code> "
	      "decides.</p>\n",
	      out);
	if (report__same_clock(p)) {
		html_chart(out, "compare");
		fputs("<details><summary>The data as a table</summary>\n", out);
		write_times(p, out);
		html_data_end(out);
	} else {
		fputs("<p>Their times are not set side by side: some are nanoseconds, others "
		      "instructions.</p>\n",
		      out);
	}
	fprintf(out, "<p>Counts are exact: %zu are the same in all runs, %zu differ.</p>\n", same,
		different);
	if (different) {
		fputs("<details><summary>The counts that differ</summary>\n", out);
		html_table(out, "Counts that differ, medians per birth");
		write_names(p, out, head, 3, false);
		write_counts(p, true, out);
		html_table_end(out);
		html_data_end(out);
	}
}

static json_t *row_data(const struct report *p, const struct row *row)
{
	json_t *medians = json_array();
	size_t i;

	for (i = 0; i < p->count; i++) {
		const struct row *other = match(p, i, row);

		medians = push(medians, json_number(other ? other->call.median : NAN));
	}
	return put(json_of_row(row), "medians", medians);
}

static json_t *data(const struct report *p)
{
	json_t *rows = json_array();
	size_t i;

	for (i = 0; i < p->runs[0].count; i++) {
		if (any_match(p, &p->runs[0].rows[i]))
			rows = push(rows, row_data(p, &p->runs[0].rows[i]));
	}
	return rows && json_array_size(rows) == 0 ? nothing(rows) : rows;
}

const struct view view_compare = {
	.id = "compare",
	.title = "The runs side by side",
	.data = data,
	.write = write,
};
