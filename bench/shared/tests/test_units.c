// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/shared/units.h"
#include "bench/tests/unit.h"

TEST(size_parse_reads_sizes)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} good[] = {
		{"0", 0},
		{"4096", 4096},
		{"4096B", 4096},
		{"64M", 64 << 20},
		{"64m", 64 << 20},
		{"64MB", 64 << 20},
		{"64MiB", 64 << 20},
		{"64mib", 64 << 20},
		{"1GiB", 1 << 30},
		{"1.5G", INT64_C(3) << 29},
		{"0.5k", 512},
		{"1.3K", 1331}, /* 1331.2 */
		{"0.1234567890123456789T", INT64_C(135742175046)},
		{"2T", INT64_C(2) << 40},
		{"007K", 7168},
		{"9223372036854775807", INT64_MAX},
		{"8388607.99999999999999999999T", INT64_MAX},
	};
	int64_t bytes;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		bytes = -1;
		assert_int_equal(size_parse(good[i].text, &bytes), 0);
		assert_int_equal(bytes, good[i].bytes);
	}
}

TEST(size_parse_refuses)
{
	static const struct {
		const char *text;
		int err;
	} bad[] = {
		{"", -EINVAL},
		{"M", -EINVAL},
		{".5M", -EINVAL},
		{"1.M", -EINVAL},
		{"1.5", -EINVAL},
		{"1.5B", -EINVAL},
		{"64 M", -EINVAL},
		{" 64M", -EINVAL},
		{"64M ", -EINVAL},
		{"64MM", -EINVAL},
		{"64Mi", -EINVAL},
		{"64E", -EINVAL},
		{"0x10", -EINVAL},
		{"+1M", -EINVAL},
		{"1e3", -EINVAL},
		{"nan", -EINVAL},
		{"-", -EINVAL},
		{"-x", -EINVAL},
		{"-1", -ERANGE},
		{"-1M", -ERANGE},
		{"9223372036854775808", -ERANGE},
		{"99999999999999999999999", -ERANGE},
		{"8388608T", -ERANGE},
		{"9007199254740992K", -ERANGE},
	};
	int64_t bytes = 17;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(size_parse(bad[i].text, &bytes), bad[i].err);
		assert_int_equal(bytes, 17);
	}
}

TEST(size_format_is_exact)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} sizes[] = {
		{0, "0"},
		{1, "1"},
		{1000, "1000"},
		{1023, "1023"},
		{1024, "1K"},
		{1536, "1536"},
		{67108864, "64M"},
		{INT64_C(3) << 29, "1536M"},
		{INT64_C(5) << 40, "5T"},
		{INT64_C(1) << 60, "1048576T"},
		{INT64_MAX, "9223372036854775807"},
		{-4096, "-4K"},
		{MISSING, "-"},
	};
	char buf[32];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_string_equal(size_format(sizes[i].bytes, buf, sizeof(buf)), sizes[i].text);
	assert_string_equal(size_format(67108864, buf, 3), "64");
}

TEST(time_format_has_three_digits)
{
	static const struct {
		double ns;
		const char *text;
	} times[] = {
		{0, "0 ns"},	      {0.25, "0.25 ns"},      {12, "12 ns"},
		{12.5, "12.5 ns"},    {812, "812 ns"},	      {999.4, "999 ns"},
		{999.6, "1.00 us"},   {9994, "9.99 us"},      {9995.1, "10.0 us"},
		{17300, "17.3 us"},   {99960, "100 us"},      {999500, "1.00 ms"},
		{3520000, "3.52 ms"}, {1.2e9, "1.20 s"},      {1.2e12, "1.20 ks"},
		{9.2e18, "9.20 Gs"},  {-3, "-3 ns"},	      {-812, "-812 ns"},
		{-17300, "-17 us"},   {-3520000, "-3.5 ms"},  {NAN, "-"},
		{INFINITY, "-"},      {(double)MISSING, "-"},
	};
	char buf[32];

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		time_format(times[i].ns, "monotonic", buf, sizeof(buf));
		assert_string_equal(buf, times[i].text);
		assert_true(strlen(buf) <= 7);
	}
}

TEST(time_format_counts_instructions)
{
	char buf[32];

	assert_string_equal(time_format(812, "icount", buf, sizeof(buf)), "812");
	assert_string_equal(time_format(17300, "icount", buf, sizeof(buf)), "17.3 k");
	assert_string_equal(time_format(3520000, "icount", buf, sizeof(buf)), "3.52 M");
	assert_string_equal(time_format(812, NULL, buf, sizeof(buf)), "812 ns");
}
