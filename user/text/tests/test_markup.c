// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/tests/unit.h"
#include "user/text/json.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

static char *html_of(const char *text)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	html_text(f, text);
	fclose(f);
	return out;
}

static void check_html(const char *text, const char *expected)
{
	char *out = html_of(text);

	assert_string_equal(out, expected);
	free(out);
}

TEST(html_shows_hostile_text)
{
	check_html("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;");
	check_html("</script>&\"'", "&lt;/script&gt;&amp;&quot;&#39;");
	check_html("a\nb\tc\033[31m\x7f", "a\\x0ab\\x09c\\x1b[31m\\x7f");
	check_html("\xff\xc3(\xed\xa0\x80", "\\xff\\xc3(\\xed\\xa0\\x80");
	check_html("\xe2\x80\xaegpj", "\\xe2\\x80\\xaegpj"); /* right-to-left override */
	check_html("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
}

static void check_markdown(const char *text, size_t width, const char *expected)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	markdown_text(f, text, width);
	fclose(f);
	assert_string_equal(out, expected);
	free(out);
}

TEST(markdown_shows_hostile_text)
{
	check_markdown("posix_spawn", 60, "posix\\_spawn");
	check_markdown("a|b`c`*d*[e](f)\n# g", 60, "a\\|b\\`c\\`\\*d\\*\\[e\\](f)\\\\x0a&#35; g");
	check_markdown("<b>@all&http://x www.y 1.5", 60,
		       "&#60;b&#62;&#64;all&#38;http&#58;//x www&#46;y 1.5");
	check_markdown("abcdef", 4, "abcd...");
	check_markdown("ab\xc3\xbc", 3, "ab...");
}

static void check_json(json_t *value, const char *expected)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	assert_int_equal(json__write(value, f), 0);
	fclose(f);
	assert_string_equal(out, expected);
	free(out);
	json_decref(value);
}

TEST(json_in_a_page_cannot_end_its_script)
{
	check_json(json__push(json_array(), json__text("</script><!--\xff")),
		   "[\"\\u003c/script>\\u003c!--\\\\xff\"]");
	check_json(json__push(json__push(json_array(), json__number(12.5)), json__number(NAN)),
		   "[12.5,null]");
	check_json(json__push(json_array(), json__number(8821543)), "[8821543]");
}

TEST(numbers_are_readable)
{
	assert_string_equal(text_time(32700, false).text, "32.7 \xc2\xb5s");
	assert_string_equal(text_time(812, false).text, "812 ns");
	assert_string_equal(text_time(173301, true).text, "173 k");
	assert_string_equal(text_time(812, true).text, "812");
	assert_string_equal(text_time_words(8821543, true).text, "8.82 M instructions");
	assert_string_equal(text_time(NAN, false).text, "-");
	assert_string_equal(text_bytes(64 << 20).text, "64 MiB");
	assert_string_equal(text_bytes(1000).text, "1000");
	assert_string_equal(text_count(173301).text, "173,301");
	assert_string_equal(text_count(-1234567.5).text, "-1,234,567.5");
	assert_string_equal(text_count(999).text, "999");
	assert_string_equal(text_ratio(0.00079).text, "0.00079");
	assert_string_equal(text_ratio(0.0949).text, "0.095");
	assert_string_equal(text_ratio(1.926).text, "1.93");
	assert_string_equal(text_ratio(9.996).text, "10");
	assert_string_equal(text_ratio(381.4).text, "381");
	assert_string_equal(text_ratio(123456).text, "1e+05");
	assert_string_equal(text_ratio(NAN).text, "-");
	assert_string_equal(text_change(100, 112).text, "+12.0 %");
	assert_string_equal(text_change(100, 100.05).text, "+0.05 %");
	assert_string_equal(text_change(100, 100).text, "0 %");
	assert_string_equal(text_change(1, 12.3).text, "\xc3\x97"
						       "12.3");
	assert_string_equal(text_change(0, 5).text, "-");
}
