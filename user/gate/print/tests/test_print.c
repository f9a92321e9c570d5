// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The formats of a report. */
#include <locale.h>

#include "bench/tests/unit.h"
#include "user/gate/print/lkml.h"
#include "user/gate/print/print.h"
#include "user/gate/tests/gate_runs.h"
#include "user/text/utf8.h"

/* The output of a format for the report; valid until the next call. */
static const char *printed(gate_print_fn *print, bool strict)
{
	static char text[1 << 16];
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_int_equal(print(&report, out, strict), 0);
	fclose(out);
	return text;
}

static int print_text(const struct gate_report *r, FILE *out, bool strict)
{
	return gate_print_text(r, out, false, strict);
}

static void assert_narrow(const char *text)
{
	const char *line = strchr(text, '\n'); /* the first line may be as long as it must */

	while (line && line[1]) {
		const char *end = strchr(line + 1, '\n');

		assert_non_null(end);
		assert_in_range(end - line - 1, 0, 80);
		line = end;
	}
}

/* Names that mean something to a terminal, to XML, TAP or Markdown. */
TEST(hostile_names_stay_text)
{
	static const char evil[] = "a\033[2J<b>&\"|`#\n]]>*_ok 1";
	const char *text;

	make_equal_runs("icount");
	set_key(&a->cells[0], "method", evil);
	set_key(&b->cells[0], "method", evil);
	fill(&b->cells[0].samples[SAMPLE_spawn_ns], VALUES, 200 * US);
	assert_int_equal(compare(), GATE_REGRESSION);
	text = printed(print_text, true);
	assert_null(strchr(text, '\033'));
	assert_narrow(text);
	text = printed(gate_print_junit, true);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "a\\x1b[2J&lt;b&gt;&amp;&quot;|`#\\x0a]]&gt;"));
	assert_null(strstr(text, "<b>"));
	text = printed(gate_print_ktap, true);
	assert_null(strstr(text, "\nok 1 at"));
	assert_non_null(strstr(text, "|`_\\x0a"));
	text = printed(gate_print_markdown, true);
	assert_null(strstr(text, "<b>"));
	assert_non_null(strstr(text, "&#60;b&#62;"));
	assert_non_null(strstr(text, "\\|\\`&#35;"));
	assert_null(strchr(printed(gate_print_json, true), '\033'));
}

/* The column of the byte at this place of its line. */
static size_t column_of(const char *line, const char *at)
{
	return utf8_width_of(line, (size_t)(at - line));
}

/* A letter of two bytes shifts no column, B is A with the change, and no line ends in blanks. */
TEST(a_table_for_a_mail_is_in_columns)
{
	char *words[] = {"gate"};
	const struct gate_about about = {{"old", "new"}, 1, words};
	static char text[1 << 14];
	size_t base = 0, rows = 0;
	FILE *out;

	make_equal_runs("monotonic");
	fill(&b->cells[0].samples[SAMPLE_spawn_ns], VALUES, 200 * US);
	compare();
	for (size_t i = 0; i < report.row_count; i++) {
		report.rows[i].kind = GATE_STATISTICAL;
		report.rows[i].verdict = GATE_REGRESSION;
		report.rows[i].pooled = report.rows[i].split = false;
		report.rows[i].pairs = 20;
		strcpy(report.rows[i].unit, "ns");
		report.rows[i].a = i % 2 ? 482.0 * US : 3000.0 * US;
		report.rows[i].b = 674.0 * US;
		report.rows[i].change = 0.325;
	}
	report.rows[0].verdict = GATE_PASS; /* changed, but nothing to say */
	setlocale(LC_ALL, "C.UTF-8");
	out = fmemopen(text, sizeof(text), "w");
	gate_print_lkml(&report, &about, out);
	fclose(out);
	assert_null(strstr(text, " \n"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *change = strstr(line, "+32.5 %"), *head = strstr(line, "new/base");
		char *value = strstr(line, "639 ");

		if (head)
			base = column_of(line, head + strlen("new/base"));
		if (!change || strncmp(line, "  ", 2))
			continue;
		rows++;
		assert_int_equal(column_of(line, change + strlen("+32.5 %")), base);
		assert_null(strstr(line, "674"));
		if (strstr(line, "482 "))
			assert_non_null(value);
	}
	assert_true(rows > 1);
}

TEST(inconclusive_is_skipped_or_failed_as_asked)
{
	make_equal_runs("monotonic");
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	assert_non_null(strstr(printed(gate_print_junit, true),
			       "failures=\"4\" errors=\"0\" skipped=\"0\""));
	assert_non_null(strstr(printed(gate_print_junit, false),
			       "failures=\"0\" errors=\"0\" skipped=\"4\""));
	assert_non_null(strstr(printed(gate_print_ktap, false),
			       "ok 1 fork at 1M call # SKIP inconclusive\n"));
	assert_non_null(strstr(printed(gate_print_ktap, true), "not ok 1 fork at 1M call\n"));
}

TEST(an_infinite_bound_is_left_out)
{
	const double us[] = {100, 100, 100, 100, 100}, slow[] = {150, 151, 152, 153, 154};
	const char *text;

	make_timed_runs(us, slow, 5);
	assert_int_equal(compare(), GATE_INCONCLUSIVE);
	text = printed(gate_print_json, true);
	assert_non_null(strstr(text, "\"change\""));
	assert_null(strstr(text, "\"low\""));
	assert_null(strstr(text, "\"high\""));
}

static void assert_whole(const char *text)
{
	uint32_t code;

	for (size_t len; *text != '\0'; text += len) {
		len = utf8_decode(text, &code);
		assert_true(len > 0);
	}
}

/* Each format has only whole characters. */
static void assert_printable(void)
{
	assert_whole(report.headline);
	assert_whole(printed(gate_print_json, false));
	assert_whole(printed(print_text, true));
	assert_whole(printed(gate_print_ktap, false));
	assert_whole(printed(gate_print_junit, false));
	assert_whole(printed(gate_print_markdown, false));
}

/* Wherever a name is cut, there may be a character of two, three or four bytes. */
TEST(names_are_cut_between_characters)
{
	static const char *const characters[] = {"\u00e9", "\u20ac", "\U0001f600"};

	for (size_t i = 0; i < 12; i++) {
		size_t shift = i / 3;
		char name[500] = "";

		for (size_t k = 0; k < shift; k++)
			strcat(name, "x");
		for (size_t k = 0; k < 100; k++)
			strcat(name, characters[i % 3]);
		make_equal_runs("monotonic");
		set_key(&a->cells[0], "method", name);
		set_key(&b->cells[0], "method", name);
		set_key(&a->cells[0], name, name);
		set_key(&b->cells[0], name, name);
		compare();
		assert_printable();
		set_text(a, "cpu_model", name);
		set_text(a, "mitigations", name);
		set_text(b, "mitigations", name + shift);
		assert_int_equal(compare(), GATE_NOT_COMPARABLE);
		assert_printable();
	}
}

int unit_setup(void **state)
{
	/* In the C locale, everything but ASCII is escaped before it is cut. */
	char *locale = setlocale(LC_ALL, "C.UTF-8");

	assert_non_null(locale);
	return 0;
}
