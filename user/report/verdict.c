/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "user/report/verdict.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "user/report/text.h"

#define SCHEMA	  1
#define BYTES_MAX ((off_t)64 << 20)
#define ROWS_MAX  300

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
	size_t i;

	*why = "damaged: not as the gate writes it";
	if (!json_is_integer(schema) || json_integer_value(schema) < 1)
		return -EINVAL;
	if (json_integer_value(schema) > SCHEMA) {
		*why = "its schema is newer than this program";
		return -ENOTSUP;
	}
	for (i = 0; i < VERDICTS; i++)
		known = known || strcmp(text_in(verdict, "verdict"), verdicts[i]) == 0;
	if (!known || !json_is_array(metrics))
		return -EINVAL;
	for (i = 0; i < json_array_size(metrics); i++) {
		if (!json_is_object(json_array_get(metrics, i)))
			return -EINVAL;
	}
	*why = NULL;
	return 0;
}

int verdict_read(const char *path, json_t **verdict, const char **why)
{
	struct stat st;
	int err;

	*verdict = NULL;
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > BYTES_MAX)
		return -ENOENT;
	*verdict = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (strcmp(text_in(*verdict, "type"), "gate") == 0) {
		err = check(*verdict, why);
		if (err == 0)
			return 0;
	} else {
		err = -ENOENT;
	}
	json_decref(*verdict);
	*verdict = NULL;
	return err;
}

void verdict_answer(const json_t *verdict, const char *path, struct answer *a)
{
	const char *slash = strrchr(path, '/');
	double margin = number_in(verdict, "margin"), pairs = number_in(verdict, "pairs");
	char text[204];

	*a = (struct answer){0};
	snprintf(a->question, sizeof(a->question), "What does the gate say? (%s)",
		 text_cut(slash && slash[1] ? slash + 1 : path, 40, text));
	snprintf(a->figure, sizeof(a->figure), "%s", text_in(verdict, "verdict"));
	a->warning = strcmp(a->figure, "pass") != 0;
	layout_append(a->detail, sizeof(a->detail), "%s",
		      text_cut(text_in(verdict, "headline"), 200, text));
	if (pairs >= 0 && pairs < 1e6)
		layout_append(a->detail, sizeof(a->detail), ". Pairs of runs: %.0f", pairs);
	if (margin >= 0 && margin < 1e3)
		layout_append(a->detail, sizeof(a->detail), ", margin %.3g %%", 100 * margin);
	layout_append(a->detail, sizeof(a->detail), ".");
}

static void write_value(FILE *out, const char *unit, double value)
{
	char text[NUMBER_MAX], whole[2 * NUMBER_MAX];
	bool instructions = strcmp(unit, "instructions") == 0;

	if (isnan(value) || instructions || strcmp(unit, "ns") == 0) {
		html_number(out, time_words(value, instructions && isfinite(value), text));
		return;
	}
	snprintf(whole, sizeof(whole), "%s %.40s", count_text(value, text), unit);
	html_number(out, whole);
}

/* "+12.0 %"; a side that is not there is not bounded. */
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

static void write_change(FILE *out, const json_t *row)
{
	double low = number_in(row, "low"), high = number_in(row, "high");
	char text[NUMBER_MAX], from[NUMBER_MAX], to[NUMBER_MAX], both[3 * NUMBER_MAX];

	html_number(out, share_text(number_in(row, "change"), "-", text));
	if (isnan(low) && isnan(high)) {
		html_number(out, "-");
		return;
	}
	/* The gate writes -100 %, or nothing, for a side without a bound. */
	if (!(low > -1) && isnan(high)) {
		html_number(out, "not bounded");
		return;
	}
	snprintf(both, sizeof(both), "%s to %s", share_text(low > -1 ? low : NAN, "no bound", from),
		 share_text(high, "no bound", to));
	html_number(out, both);
}

static void write_row(FILE *out, const json_t *row)
{
	const char *unit = text_in(row, "unit"), *verdict = text_in(row, "verdict");
	bool budget = strcmp(text_in(row, "kind"), "budget") == 0;

	fprintf(out, "\n<tr%s>", strcmp(verdict, "regression") == 0 ? " class=\"differs\"" : "");
	html_label(out, text_in(row, "cell"));
	html_words(out, text_in(row, "metric"));
	html_words(out, strcmp(verdict, "none") == 0 ? "does not gate" : verdict);
	html_words(out, text_in(row, "note"));
	html_words(out, text_in(row, "kind"));
	html_words(out, text_in(row, "trace"));
	write_value(out, unit, number_in(row, budget ? "limit" : "a"));
	write_value(out, unit, number_in(row, budget ? "value" : "b"));
	write_change(out, row);
	fputs("</tr>", out);
}

/* Those with this verdict; NULL: with any that is not among those that are told first. */
static size_t write_rows(FILE *out, const json_t *metrics, const char *verdict, size_t room)
{
	size_t i, k, written = 0;

	for (i = 0; i < json_array_size(metrics) && written < room; i++) {
		const json_t *row = json_array_get(metrics, i);
		bool other = true;

		for (k = 0; k < VERDICTS; k++)
			other = other && strcmp(text_in(row, "verdict"), verdicts[k]) != 0;
		if (verdict ? strcmp(text_in(row, "verdict"), verdict) != 0 : !other)
			continue;
		write_row(out, row);
		written++;
	}
	return written;
}

static void write_notes(FILE *out, const json_t *notes)
{
	size_t i;

	for (i = 0; i < json_array_size(notes) && i < ROWS_MAX; i++) {
		const char *note = json_string_value(json_array_get(notes, i));

		fputs("<p class=\"note\">", out);
		html_text(out, note ? note : "");
		fputs("</p>\n", out);
	}
}

void verdict_table(const json_t *verdict, FILE *out)
{
	static const char *const head[] = {"Cell",   "Metric",	     "Verdict", "Note",
					   "Kind",   "Pass",	     "A",	"B, or value",
					   "Change", "95 % interval"};
	const json_t *metrics = json_object_get(verdict, "metrics");
	size_t i, written = 0;

	html_table(out, "What the gate compared: A, or the budget's limit, against B");
	html_head(out, head, sizeof(head) / sizeof(head[0]), 6);
	for (i = 0; i < VERDICTS; i++)
		written += write_rows(out, metrics, verdicts[i], ROWS_MAX - written);
	written += write_rows(out, metrics, NULL, ROWS_MAX - written);
	html_table_end(out);
	if (written < json_array_size(metrics))
		fprintf(out, "<p>%zu more are left out; the gate's JSON has them.</p>\n",
			json_array_size(metrics) - written);
	write_notes(out, json_object_get(verdict, "notes"));
}
