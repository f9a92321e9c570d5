// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/verdict.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "user/report/html.h"
#include "user/text/utf8.h"

#define SCHEMA	  1
#define BYTES_MAX ((off_t)64 << 20)

static const char *const verdicts[] = {"regression", "not comparable", "inconclusive", "pass"};

#define VERDICTS (sizeof(verdicts) / sizeof(verdicts[0]))

static const char *text_in(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static double number_in(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static int check(const json_t *verdict, const char **why)
{
	const json_t *schema = json_object_get(verdict, "schema");
	const json_t *metrics = json_object_get(verdict, "metrics");
	bool known = false;

	*why = "damaged: not as the gate writes it";
	if (!json_is_integer(schema) || json_integer_value(schema) < 1)
		return -EINVAL;
	if (json_integer_value(schema) > SCHEMA) {
		*why = "its schema is newer than this program";
		return -ENOTSUP;
	}
	for (size_t i = 0; i < VERDICTS; i++)
		known = known || !strcmp(text_in(verdict, "verdict"), verdicts[i]);
	if (!known || !json_is_array(metrics))
		return -EINVAL;
	for (size_t i = 0; i < json_array_size(metrics); i++) {
		if (!json_is_object(json_array_get(metrics, i)))
			return -EINVAL;
	}
	*why = NULL;
	return 0;
}

int verdict_read_stream(FILE *in, json_t **verdict, const char **why)
{
	int err;

	*verdict = json_loadf(in, JSON_REJECT_DUPLICATES, NULL);
	if (!strcmp(text_in(*verdict, "type"), "gate")) {
		err = check(*verdict, why);
		if (!err)
			return 0;
	} else {
		err = -ENOENT;
	}
	json_decref(*verdict);
	*verdict = NULL;
	return err;
}

int verdict_read(const char *path, json_t **verdict, const char **why)
{
	struct stat st;
	FILE *in;
	int err;

	*verdict = NULL;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > BYTES_MAX)
		return -ENOENT;
	in = fopen(path, "re");
	if (!in)
		return -ENOENT;
	err = verdict_read_stream(in, verdict, why);
	fclose(in);
	return err;
}

/* More than the gate writes. */
#define HEADLINE_WIDTH 320

void verdict_answer(const json_t *verdict, const char *path, struct answer *a)
{
	const char *slash = strrchr(path, '/');
	double margin = verdict_margin(verdict), pairs = number_in(verdict, "pairs");
	char text[HEADLINE_WIDTH + 4];

	*a = (struct answer){0};
	snprintf(a->question, sizeof(a->question), "What does the gate say? (%s)",
		 utf8_cut(slash && slash[1] ? slash + 1 : path, 40, text));
	snprintf(a->figure, sizeof(a->figure), "%s", text_in(verdict, "verdict"));
	a->warning = strcmp(a->figure, "pass") != 0;
	layout_append(a->detail, sizeof(a->detail), "%s",
		      utf8_cut(text_in(verdict, "headline"), HEADLINE_WIDTH, text));
	if (pairs >= 0 && pairs < 1e6)
		layout_append(a->detail, sizeof(a->detail), ". Pairs of runs: %.0f", pairs);
	if (isfinite(margin))
		layout_append(a->detail, sizeof(a->detail), ", margin %.3g %%", 100 * margin);
	layout_append(a->detail, sizeof(a->detail), ".");
}

/* "102 µs", "16,417 pages" */
static void value_text(const char *unit, double value, char text[VERDICT_TEXT_MAX])
{
	bool instructions = !strcmp(unit, "instructions");

	if (isnan(value) || instructions || !strcmp(unit, "ns"))
		snprintf(text, VERDICT_TEXT_MAX, "%s",
			 text_time_words(value, instructions && isfinite(value)).text);
	else
		snprintf(text, VERDICT_TEXT_MAX, "%s %.40s", text_count(value).text, unit);
}

/* "+12.0 %"; `missing` if there is none. */
static const char *share_text(double share, const char *missing, char text[NUMBER_MAX])
{
	if (share == 0)
		snprintf(text, NUMBER_MAX, "0 %%");
	else if (isfinite(share) && share < 1e6)
		snprintf(text, NUMBER_MAX, fabs(share) < 0.001 ? "%+.2f %%" : "%+.1f %%",
			 100 * share);
	else
		snprintf(text, NUMBER_MAX, "%s", missing);
	return text;
}

/* The gate writes -100 % or nothing for a side without a bound. */
static void read_interval(const json_t *metric, struct verdict_row *row)
{
	double low = number_in(metric, "low"), high = number_in(metric, "high");
	char from[NUMBER_MAX], to[NUMBER_MAX];

	row->has_interval = !isnan(low) || !isnan(high);
	row->low = low > -1 ? low : NAN;
	row->high = high;
	if (!row->has_interval)
		snprintf(row->interval, sizeof(row->interval), "-");
	else if (isnan(row->low) && isnan(high))
		snprintf(row->interval, sizeof(row->interval), "not bounded");
	else
		snprintf(row->interval, sizeof(row->interval), "%s to %s",
			 share_text(row->low, "no bound", from), share_text(high, "no bound", to));
}

void verdict_row_read(const json_t *metric, struct verdict_row *row)
{
	const char *unit = text_in(metric, "unit");
	double a, b;

	*row = (struct verdict_row){
		.cell = text_in(metric, "cell"),
		.metric = text_in(metric, "metric"),
		.verdict = text_in(metric, "verdict"),
		.kind = text_in(metric, "kind"),
		.pass = text_in(metric, "trace"),
		.note = text_in(metric, "note"),
		.change = number_in(metric, "change"),
		.improved = json_is_true(json_object_get(metric, "improved")),
	};
	row->budget = !strcmp(row->kind, "budget");
	a = number_in(metric, row->budget ? "limit" : "a");
	b = number_in(metric, row->budget ? "value" : "b");
	if (row->budget && a > 0 && b > 0)
		row->change = b / a - 1;
	read_interval(metric, row);
	/* The change is estimated from the pairs, and is not that of the medians: as the gate's
	 * text has it. */
	if (row->has_interval && !row->budget && isfinite(row->change))
		b = a * (1 + row->change);
	value_text(unit, a, row->a);
	value_text(unit, b, row->b);
}

size_t verdict_rows(const json_t *verdict, const json_t *rows[], size_t most)
{
	const json_t *metrics = json_object_get(verdict, "metrics");
	size_t rank, n = 0;

	for (size_t k = 0; k <= VERDICTS; k++) {
		for (size_t i = 0; i < json_array_size(metrics) && n < most; i++) {
			const json_t *metric = json_array_get(metrics, i);

			for (rank = 0; rank < VERDICTS; rank++) {
				if (!strcmp(text_in(metric, "verdict"), verdicts[rank]))
					break;
			}
			if (rank == k)
				rows[n++] = metric;
		}
	}
	return n;
}

double verdict_margin(const json_t *verdict)
{
	double margin = number_in(verdict, "margin");

	return margin >= 0 && margin < 1e3 ? margin : NAN;
}

/* With a shape of its own, as the chart has it: colours alone do not say it. */
static const char *verdict_mark(const char *verdict)
{
	return !strcmp(verdict, "regression")	  ? "\xe2\x96\xb2\xc2\xa0" /* ▲ */
	       : !strcmp(verdict, "inconclusive") ? "\xe2\x97\x87\xc2\xa0" /* ◇ */
						  : "";
}

static void write_verdict(FILE *out, const struct verdict_row *row)
{
	char text[64];

	snprintf(text, sizeof(text), "%s%.40s", verdict_mark(row->verdict),
		 !strcmp(row->verdict, "none") ? "does not gate"
		 : row->improved	       ? "pass, better"
					       : row->verdict);
	html_words(out, text);
}

static void begin_row(FILE *out, const struct verdict_row *row)
{
	fprintf(out, "\n<tr%s>",
		!strcmp(row->verdict, "regression")	? " class=\"differs\""
		: !strcmp(row->verdict, "inconclusive") ? " class=\"open\""
							: "");
}

static void write_values(FILE *out, const struct verdict_row *row)
{
	char text[NUMBER_MAX];

	html_number(out, row->a);
	html_number(out, row->b);
	html_number(out, share_text(row->change, "-", text));
	html_number(out, row->interval);
}

static void write_row(FILE *out, const json_t *metric)
{
	struct verdict_row row;

	verdict_row_read(metric, &row);
	begin_row(out, &row);
	html_label(out, row.cell);
	html_words(out, row.metric);
	html_words(out, row.pass);
	write_verdict(out, &row);
	html_words(out, row.note);
	html_words(out, row.kind);
	write_values(out, &row);
	fputs("</tr>", out);
}

static void write_group(FILE *out, const struct verdict_group *g)
{
	struct verdict_row row;
	char least[NUMBER_MAX], most[NUMBER_MAX], text[2 * NUMBER_MAX + 8] = "-";

	verdict_row_read(g->worst, &row);
	if (g->rows > 1 && g->least < g->most)
		snprintf(text, sizeof(text), "%s to %s", share_text(g->least, "-", least),
			 share_text(g->most, "-", most));
	begin_row(out, &row);
	html_label(out, row.metric);
	html_words(out, row.pass);
	write_verdict(out, &row);
	html_words(out, row.cell);
	html_words(out, row.note);
	write_values(out, &row);
	html_number(out, text_count((double)g->rows).text);
	html_number(out, text);
	fputs("</tr>", out);
}

void verdict_group_table(const struct verdict_group *groups, size_t n, const char *caption,
			 FILE *out)
{
	html_table(out, caption, 5, "Metric", "Probe set", "Verdict", "Cell, the worst", "Note",
		   "A", "B, or value", "Change", "95 % interval", "Cells", "Change in all", NULL);
	for (size_t i = 0; i < n; i++)
		write_group(out, &groups[i]);
	html_table_end(out);
}

void verdict_notes(const json_t *verdict, FILE *out)
{
	const json_t *notes = json_object_get(verdict, "notes");

	for (size_t i = 0; i < json_array_size(notes) && i < VERDICT_ROWS_MAX; i++) {
		const char *note = json_string_value(json_array_get(notes, i));

		fputs("<p class=\"note\">", out);
		html_text(out, note ? note : "");
		fputs("</p>\n", out);
	}
}

void verdict_table(const json_t *verdict, FILE *out)
{
	const json_t *rows[VERDICT_ROWS_MAX];
	size_t i, all = json_array_size(json_object_get(verdict, "metrics"));
	size_t n = verdict_rows(verdict, rows, VERDICT_ROWS_MAX);

	html_table(out, "What the gate compared: A, or the budget's limit, against B", 6, "Cell",
		   "Metric", "Probe set", "Verdict", "Note", "Kind", "A", "B, or value", "Change",
		   "95 % interval", NULL);
	for (i = 0; i < n; i++)
		write_row(out, rows[i]);
	html_table_end(out);
	if (n < all)
		fprintf(out, "<p>%zu more are left out; the gate's JSON has them.</p>\n", all - n);
}
