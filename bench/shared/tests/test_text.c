// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "bench/shared/text.h"
#include "bench/tests/unit.h"

TEST(test_escape)
{
	char buf[64], tiny[6];

	assert_string_equal(text_escape("a\x1b[31m\nb\x7f", buf, sizeof(buf)),
			    "a\\x1b[31m\\x0ab\\x7f");
	/* UTF-8 stays, except its control characters. */
	assert_string_equal(text_escape("d\xc3\xa9j\xc3\xa0\xc2\x9b", buf, sizeof(buf)),
			    "d\xc3\xa9j\xc3\xa0\\xc2\\x9b");
	assert_string_equal(text_escape("abcdefgh", tiny, sizeof(tiny)), "abcde");
	assert_string_equal(text_escape("abc\n", tiny, sizeof(tiny)), "abc");
}

TEST(test_shell_quote)
{
	char buf[64], tiny[5];

	assert_int_equal(text_shell_quote("/a b/$x", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "'/a b/$x'");
	assert_int_equal(text_shell_quote("it's", buf, sizeof(buf)), 0);
	assert_string_equal(buf, "'it'\\''s'");
	assert_int_equal(text_shell_quote("ab", tiny, sizeof(tiny)), 0);
	assert_int_equal(text_shell_quote("abc", tiny, sizeof(tiny)), -ENAMETOOLONG);
	assert_int_equal(text_shell_quote("'", tiny, sizeof(tiny)), -ENAMETOOLONG);
}

TEST(test_numbers)
{
	uint64_t number = 0;

	assert_int_equal(text_number("0", 0, 9, &number), 0);
	assert_int_equal(number, 0);
	assert_int_equal(text_number("18446744073709551615", 0, UINT64_MAX, &number), 0);
	assert_true(number == UINT64_MAX);
	assert_int_equal(text_number("18446744073709551616", 0, UINT64_MAX, &number), -ERANGE);
	assert_int_equal(text_number("10", 0, 9, &number), -ERANGE);
	assert_int_equal(text_number("1", 2, 9, &number), -ERANGE);
	assert_int_equal(text_number("", 0, 9, &number), -EINVAL);
	assert_int_equal(text_number("+1", 0, 9, &number), -EINVAL);
	assert_int_equal(text_number(" 1", 0, 9, &number), -EINVAL);
	assert_int_equal(text_number("1x", 0, 9, &number), -EINVAL);
}

TEST(test_fields)
{
	static const char text[] = "VmSize:\t  100 kB\nVmS: 1 kB\ninactive_file 77\nOdd:\nLast: 5";
	int64_t value;

	assert_int_equal(text_field_kb(text, "VmSize", &value), 0);
	assert_int_equal(value, 102400);
	assert_int_equal(text_field(text, "inactive_file", &value), 0);
	assert_int_equal(value, 77);
	assert_int_equal(text_field(text, "Last", &value), 0);
	assert_int_equal(value, 5);
	assert_int_equal(text_field(text, "VmSiz", &value), -ENOENT);
	assert_int_equal(text_field(text, "file", &value), -ENOENT);
	assert_int_equal(text_field("X:", "X", &value), -ENOENT);
	assert_int_equal(text_field("", "X", &value), -ENOENT);
	assert_int_equal(text_field_kb("X: 9223372036854775807 kB", "X", &value), -ENOENT);
}

TEST(test_read)
{
	char buf[64], tiny[4];

	assert_int_equal(text_read("/proc/sys/kernel/ostype", buf, sizeof(buf)), 6);
	assert_string_equal(buf, "Linux\n");
	assert_int_equal(text_read("/proc/sys/kernel/ostype", tiny, sizeof(tiny)), -EFBIG);
	assert_int_equal(text_read("/nonexistent", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(text_read("/", buf, sizeof(buf)), -EISDIR);
}

TEST(test_trim)
{
	char text[] = " \t a b \n", blank[] = " \t", empty[] = "";

	assert_string_equal(text_trim(text), "a b");
	assert_string_equal(text_trim(blank), "");
	assert_string_equal(text_trim(empty), "");
}
