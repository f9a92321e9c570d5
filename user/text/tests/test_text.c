// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "bench/tests/unit.h"
#include "user/text/columns.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"
#include "user/text/utf8.h"

static void assert_escaped(const char *in, const char *expected)
{
	char out[128];

	assert_int_equal(escape_text(in, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

TEST(escaping_leaves_text_alone)
{
	assert_escaped("", "");
	assert_escaped("/usr/bin/true -x 'a b'", "/usr/bin/true -x 'a b'");
	assert_escaped("back\\slash", "back\\slash");
	assert_escaped("K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x90\xa7",
		       "K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x90\xa7");
}

TEST(escaping_disarms)
{
	assert_escaped("a\nb\tc", "a\\x0ab\\x09c");
	assert_escaped("\033[2J", "\\x1b[2J");
	assert_escaped("\x7f", "\\x7f");
	assert_escaped("\xc2\x9b"
		       "31m",
		       "\\xc2\\x9b31m");			    /* C1: CSI */
	assert_escaped("\xe2\x80\xae", "\\xe2\\x80\\xae");	    /* right-to-left override */
	assert_escaped("\xff", "\\xff");			    /* in no UTF-8 */
	assert_escaped("\xc3", "\\xc3");			    /* cut short */
	assert_escaped("\xc0\x80", "\\xc0\\x80");		    /* overlong NUL */
	assert_escaped("\xe0\x80\xaf", "\\xe0\\x80\\xaf");	    /* overlong slash */
	assert_escaped("\xed\xa0\x80", "\\xed\\xa0\\x80");	    /* surrogate */
	assert_escaped("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
}

TEST(escaping_heeds_the_size)
{
	char out[8];

	memset(out, 'x', sizeof(out));
	assert_int_equal(escape_text("abcdef", out, 4), 6);
	assert_string_equal(out, "abc");
	assert_int_equal(out[4], 'x');
	assert_int_equal(escape_text("ab\ncd", out, 6), 8); /* no half of an escape, and no more */
	assert_string_equal(out, "ab");
	assert_int_equal(escape_text("a\xc3\xb6", out, 3), 3);
	assert_string_equal(out, "a");
	assert_int_equal(escape_text("abc", NULL, 0), 3);
}

TEST(width_is_what_a_terminal_shows)
{
	assert_int_equal(utf8_width(""), 0);
	assert_int_equal(utf8_width("abc"), 3);
	assert_int_equal(utf8_width("K\xc3\xb6ln"), 4);
	assert_int_equal(utf8_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
	assert_int_equal(utf8_width("e\xcc\x81"), 1);
	assert_int_equal(utf8_width("\xff\xfe"), 2);
	assert_int_equal(utf8_fit("\xe6\xbc\xa2\xe5\xad\x97", 3), 3);
	assert_int_equal(utf8_fit("abc", 10), 3);
}

static char *wrapped(size_t column, size_t indent, const char *text)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	layout_wrap(f, column, indent, text);
	fclose(f);
	return out;
}

static void assert_wrapped(size_t column, size_t indent, const char *text, const char *expected)
{
	char *out = wrapped(column, indent, text);

	assert_string_equal(out, expected);
	free(out);
}

#define TEN "0123456789"

TEST(lines_break_at_blanks)
{
	assert_wrapped(0, 2, "", "\n");
	assert_wrapped(0, 2, "  a  b ", "a b\n");
	assert_wrapped(70, 2, TEN, TEN "\n");
	assert_wrapped(71, 2, TEN, "\n  " TEN "\n");
	assert_wrapped(59, 4, TEN " " TEN, TEN " " TEN "\n");
	assert_wrapped(60, 4, TEN " " TEN, TEN "\n    " TEN "\n");
	assert_wrapped(80, 4, "a", "\n    a\n");
	assert_wrapped(79, 4, "a b", "a\n    b\n");
}

TEST(a_unit_stays_with_its_number)
{
	assert_wrapped(72, 2, "in 123 \xc2\xb5s (9 %)", "in\n  123 \xc2\xb5s (9 %)\n");
	assert_wrapped(71, 2, "12345 MiB, so", "\n  12345 MiB, so\n");
	assert_wrapped(73, 2, "of 123 spawns", "of 123\n  spawns\n");
	assert_wrapped(73, 2, "a pass %", "a pass\n  %\n");
}

TEST(a_long_word_breaks_behind_a_sign)
{
	layout_set_width(40);
	assert_wrapped(0, 2, "tracepoint:sched_process_exit..sys_exit_execve",
		       "tracepoint:sched_process_exit..\n  sys_exit_execve\n");
	assert_wrapped(0, 2, "/usr/lib/x86_64-linux-gnu/a-directory/program",
		       "/usr/lib/x86_64-linux-gnu/a-directory/\n  program\n");
	layout_set_width(0);
}

static char *field(size_t width)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	layout_set_width(width);
	layout_field(f, "name", 16, TEN " " TEN " " TEN " " TEN);
	layout_set_width(0);
	fclose(f);
	return out;
}

TEST(a_field_stands_below_its_name_where_a_line_is_short)
{
	char *narrow = field(40), *wide = field(80);

	assert_string_equal(narrow, "name\n  " TEN " " TEN " " TEN "\n    " TEN "\n");
	assert_string_equal(wide, "name            " TEN " " TEN " " TEN " " TEN "\n");
	free(narrow);
	free(wide);
}

TEST(long_words_are_cut)
{
	char word[201], *out, *line, *rest = NULL;
	size_t letters = 0;

	memset(word, 'w', 200);
	word[200] = '\0';
	out = wrapped(16, 16, word);
	for (line = strtok_r(out, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		assert_true(strlen(line) <= 80);
		letters += strlen(line + strspn(line, " "));
	}
	assert_int_equal(letters, 200);
	free(out);
}

TEST(cutting_shows)
{
	char text[] = "posix_spawn_file_actions", same[] = "fork";

	layout_cut(text, 12);
	assert_string_equal(text, "posix_spaw..");
	layout_cut(same, 4);
	assert_string_equal(same, "fork");
}

static char *printed(struct columns *s)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	assert_int_equal(columns__finish(s, "Title", f, false), 0);
	fclose(f);
	return out;
}

TEST(wide_sheets_go_on_below)
{
	struct columns *s = columns__new();
	char *out;

	columns__head(s, COLUMNS_LABEL, "A", NULL);
	columns__head(s, COLUMNS_RIGHT, TEN TEN TEN TEN, NULL);
	columns__head(s, COLUMNS_RIGHT | COLUMNS_OPTIONAL, "EMPTY", NULL);
	columns__head(s, COLUMNS_RIGHT, TEN TEN TEN TEN "x", NULL);
	columns__add(s, "a");
	columns__add(s, "%d", 1);
	columns__add(s, "-");
	columns__add(s, "%d", 2);
	out = printed(s);
	assert_string_equal(out, "\nTitle\n"
				 "A  " TEN TEN TEN TEN "\n"
				 "a                                         1\n"
				 "\n"
				 "A  " TEN TEN TEN TEN "x\n"
				 "a                                          2\n");
	free(out);
}

TEST(empty_sheets_are_not_printed)
{
	for (int rows = 0; rows < 2; rows++) {
		struct columns *s = columns__new();
		char *out;

		columns__head(s, COLUMNS_LABEL, "A", NULL);
		columns__head(s, COLUMNS_OPTIONAL, "B", NULL);
		for (int cells = 0; cells < 2 * rows; cells++)
			columns__add(s, "%s", cells ? "-" : "a");
		out = printed(s);
		assert_string_equal(out, "");
		free(out);
	}
	assert_int_equal(columns__finish(NULL, "Title", stdout, false), -ENOMEM);
}

/* Cells by row, of five columns: words, words, numbers, numbers, words. */
static struct columns *five(const char *const *cells, size_t rows)
{
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, "PARENT", "METHOD", NULL);
	columns__head(s, COLUMNS_RIGHT, "N", "NOTHING", NULL);
	columns__head(s, 0, "LAST", NULL);
	for (size_t i = 0; i < 5 * rows; i++)
		columns__add(s, "%s", cells[i]);
	return s;
}

TEST(cells_are_aligned_and_lines_end_without_blanks)
{
	static const char *const cells[] = {
		"64M",	"posix_spawn", "200", "",
		"\x1b", /**/
		"",	"fork",	       "1",   "",
		"", /**/
		"1M",	"f\xc3\xb6rk", "1",   "\xe6\xbc\xa2",
		"x",
	};
	char *out = printed(five(cells, 3));

	assert_string_equal(out, "\nTitle\n"
				 "PARENT  METHOD         N  NOTHING  LAST\n"
				 "64M     posix_spawn  200           \\x1b\n"
				 "        fork           1\n"
				 "1M      f\xc3\xb6rk           1       \xe6\xbc\xa2  x\n");
	free(out);
}

/* The labels beside so many columns, each 23 wide. */
static char *beside(const char *const *labels, size_t n, size_t others)
{
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL, "NAME", NULL);
	for (size_t i = 0; i < others; i++)
		columns__head(s, 0, "N", NULL);
	for (size_t i = 0; i < n; i++) {
		columns__add(s, "%s", labels[i]);
		for (size_t k = 0; k < others; k++)
			columns__add(s, "%s", TEN TEN "012");
	}
	return printed(s);
}

/* At the end, or in the middle, or with a number; the same label stays the same. */
TEST(labels_that_differ_still_do_when_cut)
{
	static const char *const labels[] = {
		TEN TEN TEN "0123 one",	     TEN TEN TEN "0123 two",
		TEN TEN TEN "1" TEN TEN TEN, TEN TEN TEN "2" TEN TEN TEN,
		TEN TEN TEN "2" TEN TEN TEN, "another" TEN TEN TEN};
	char *out = beside(labels, 6, 4);

	assert_non_null(strstr(out,
			       "\nTitle\n"
			       "NAME                            N                        N\n"
			       "01234567890123..4567890123 one  " TEN TEN "012  " TEN TEN "012\n"
			       "01234567890123..4567890123 two  " TEN TEN "012  " TEN TEN "012\n"
			       "012345678901234567890123456..3  " TEN TEN "012  " TEN TEN "012\n"
			       "012345678901234567890123456..4  " TEN TEN "012  " TEN TEN "012\n"
			       "012345678901234567890123456..4  " TEN TEN "012  " TEN TEN "012\n"
			       "another012345678901234567890..  " TEN TEN "012  " TEN TEN "012\n"
			       "\n"
			       "NAME                            N                        N\n"));
	free(out);
}

/* Below 80 columns nothing is cut: rows stand below their labels. */
TEST(rows_of_a_narrow_terminal_stand_below_their_labels)
{
	static const char *const cells[] = {"64M", "posix_spawn", "200 ms", "-", "x", /**/
					    "",	   "fork",	  "1 ms",   "-", "y"};
	static const char *const labels[] = {TEN " one", TEN TEN TEN " " TEN TEN};
	char *out;

	layout_set_width(40);
	out = printed(five(cells, 2)); /* below each other, in columns */
	assert_string_equal(out, "\nTitle\n"
				 "PARENT  METHOD\n"
				 "      N  NOTHING  LAST\n"
				 "64M     posix_spawn\n"
				 " 200 ms        -  x\n"
				 "64M     fork\n"
				 "   1 ms        -  y\n");
	free(out);
	out = beside(labels, 2, 2); /* more than a line: with their names */
	assert_string_equal(out, "\nTitle\n"
				 "NAME\n"
				 "" TEN " one\n"
				 "  N " TEN TEN "012\n"
				 "  N " TEN TEN "012\n"
				 "" TEN TEN TEN "\n"
				 " " TEN TEN "\n"
				 "  N " TEN TEN "012\n"
				 "  N " TEN TEN "012\n");
	free(out);
	layout_set_width(0);
}

TEST(a_table_takes_the_width_there_is)
{
	static const char *const cells[] = {TEN TEN TEN TEN, TEN TEN TEN, TEN TEN, TEN,
					    TEN TEN TEN TEN};
	const size_t widths[] = {1, 40, 80, 120, 200, 5000};

	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		char *out;

		layout_set_width(widths[i]);
		out = printed(five(cells, 1));
		if (widths[i] >= 200)
			assert_non_null(strstr(out,
					       "\n" TEN TEN TEN TEN "  " TEN TEN TEN "  " TEN TEN
					       "  " TEN "  " TEN TEN TEN TEN "\n"));
		for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(strlen(line) <= layout_width());
		free(out);
	}
	layout_set_width(0);
}

TEST(a_full_disk_is_an_error)
{
	static const char *const cells[] = {"1M", "fork", "1", "-", "x"};
	FILE *full = fopen("/dev/full", "w");

	setvbuf(full, NULL, _IONBF, 0);
	assert_true(columns__finish(five(cells, 1), "Title", full, false) < 0);
	fclose(full);
}

TEST(what_does_not_fit_is_cut_at_a_character)
{
	char text[12] = "";

	layout_append(text, sizeof(text), "%s", "12345678901");
	assert_string_equal(text, "12345678901");
	text[0] = '\0';
	layout_append(text, sizeof(text), "%s", "123456789012");
	assert_string_equal(text, "12345678...");
	layout_append(text, sizeof(text), "3");
	assert_string_equal(text, "12345678...");
	strcpy(text, "12345");
	layout_append(text, sizeof(text), "67\xc2\xb5s and more");
	assert_string_equal(text, "1234567...");
	layout_append(text, sizeof(text), "8");
	assert_string_equal(text, "1234567...");
	strcpy(text, "1234567");
	layout_append(text, sizeof(text), "8\xff\xff and more");
	assert_string_equal(text, "12345678...");
}

TEST(a_buffer_grows_and_escapes)
{
	struct strbuf s = {0};
	char *taken;

	assert_string_equal(strbuf__text(&s), "");
	strbuf__add(&s, "%d %s", 7, "words");
	strbuf__add_escaped(&s, "\x1b[1m");
	strbuf__add_bytes(&s, "!?", 1);
	assert_string_equal(strbuf__text(&s), "7 words\\x1b[1m!");
	strbuf__clear(&s);
	assert_string_equal(strbuf__text(&s), "");
	for (int i = 0; i < 1000; i++)
		strbuf__add(&s, "%03d", i);
	assert_int_equal(s.length, 3000);
	taken = strbuf__take(&s);
	assert_int_equal(strlen(taken), 3000);
	free(taken);
	taken = strbuf__take(&s);
	assert_string_equal(taken, "");
	free(taken);
	strbuf__free(&s);
}

TEST(digits_are_those_of_printf)
{
	const int64_t numbers[] = {0, 9, 10, 99, 100, 101, 12345, -7, -10, INT64_MAX, INT64_MIN};
	struct strbuf ours = {0}, theirs = {0};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		strbuf__add_number(&ours, numbers[i]);
		strbuf__add(&theirs, "%" PRId64, numbers[i]);
	}
	assert_string_equal(strbuf__text(&ours), strbuf__text(&theirs));
	strbuf__free(&ours);
	strbuf__free(&theirs);
}

TEST(one_has_a_word_of_its_own)
{
	assert_string_equal(text_plural(0, "birth", "births"), "births");
	assert_string_equal(text_plural(1, "birth", "births"), "birth");
	assert_string_equal(text_plural(2, "birth", "births"), "births");
}

TEST(a_microsecond_has_its_sign_where_the_locale_can_show_it)
{
	assert_string_equal(text_plain_time(32700, CLOCK_OF_MACHINE).text, "32.7 µs");
	setlocale(LC_CTYPE, "C");
	assert_string_equal(text_plain_time(32700, CLOCK_OF_MACHINE).text, "32.7 us");
	assert_string_equal(text_time(32700, false).text, "32.7 µs"); /* pages have their own */
	setlocale(LC_CTYPE, "C.UTF-8");
	assert_string_equal(text_plain_time(999, CLOCK_OF_MACHINE).text, "999 ns");
	assert_string_equal(text_plain_time(32700, CLOCK_OF_LAB).text, "32.7 k");
}

TEST(an_interval_leaves_as_many_digits_as_it_supports_and_two_at_least_if_all_is_above_0)
{
	assert_string_equal(text_time_range(9234, 8812, 9714, false).text,
			    "9.2 \xc2\xb5s (8.8 to 9.7)");
	assert_string_equal(text_time_range(134000, 88900, 8000000, false).text,
			    "130 \xc2\xb5s (90 to 8000)");
	assert_string_equal(text_ratio_range(3, 1, 9000).text, "3 (1 to 9000)");
	/* It may be 0. */
	assert_string_equal(text_time_range(3200, -600000, 5000000, false).text,
			    "0 \xc2\xb5s (-600 to 5000)");
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
