// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/shared/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char size_prefixes[] = "KMGT";

/* The factor of the unit after the digits; 0 if it is not a unit. */
static int64_t unit_bytes(const char *text)
{
	const char *prefix;

	if (!*text || !strcasecmp(text, "B"))
		return 1;
	prefix = strchr(size_prefixes, toupper((unsigned char)*text));
	if (!prefix)
		return 0;
	text++;
	if (*text && strcasecmp(text, "B") && strcasecmp(text, "iB"))
		return 0;
	return INT64_C(1) << (10 * (prefix - size_prefixes + 1));
}

/* Exact, unlike strtod, which also depends on the locale's decimal point. */
int size_parse(const char *text, int64_t *bytes)
{
	static const char digits[] = "0123456789";
	bool negative = *text == '-';
	const char *whole = text + negative;
	size_t whole_len = strspn(whole, digits);
	const char *end = whole + whole_len;
	const char *fraction = end;
	int64_t unit, value = 0, rest = 0;
	size_t fraction_len = 0;

	if (*end == '.') {
		fraction = end + 1;
		fraction_len = strspn(fraction, digits);
		end = fraction + fraction_len;
		if (fraction_len == 0)
			return -EINVAL;
	}
	unit = unit_bytes(end);
	if (whole_len == 0 || unit == 0 || (fraction_len > 0 && unit == 1))
		return -EINVAL;
	if (negative)
		return -ERANGE;

	for (size_t i = 0; i < whole_len; i++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, whole[i] - '0', &value))
			return -ERANGE;
	}
	/* From the last digit to the first: nested floors round the sum down only once. */
	for (size_t i = fraction_len; i > 0; i--)
		rest = (rest + (fraction[i - 1] - '0') * unit) / 10;
	if (__builtin_mul_overflow(value, unit, &value) ||
	    __builtin_add_overflow(value, rest, &value))
		return -ERANGE;
	*bytes = value;
	return 0;
}

const char *size_format(int64_t bytes, char *buf, size_t size)
{
	char suffix[2] = "";

	if (bytes == MISSING) {
		snprintf(buf, size, "-");
		return buf;
	}
	for (int i = 0; size_prefixes[i] && bytes != 0 && bytes % 1024 == 0; i++) {
		bytes /= 1024;
		suffix[0] = size_prefixes[i];
	}
	snprintf(buf, size, "%" PRId64 "%s", bytes, suffix);
	return buf;
}

static const char *const time_units[] = {"ns", "us", "ms", "s", "ks", "Ms", "Gs"};
static const char *const instruction_units[] = {"", "k", "M", "G", "T", "P", "E"};

#define UNIT_COUNT (sizeof(time_units) / sizeof(time_units[0]))

bool clock_counts_instructions(const char *clock)
{
	return clock && !strcmp(clock, CLOCK_OF_LAB);
}

const char *time_format(double ns, const char *clock, char *buf, size_t size)
{
	bool instructions = clock_counts_instructions(clock);
	const char *const *units = instructions ? instruction_units : time_units;
	double x = fabs(ns);
	int decimals = 0;
	size_t i;

	if (!isfinite(ns) || ns == (double)MISSING) {
		snprintf(buf, size, "-");
		return buf;
	}
	/* From 999.5 on it would be shown as 1000. */
	for (i = 0; i + 1 < UNIT_COUNT && x >= 999.5; i++)
		x /= 1000;
	if (ns < 0) /* the sign takes the place of a digit */
		decimals = x < 9.95 ? 1 : 0;
	else
		decimals = x < 9.995 ? 2 : x < 99.95 ? 1 : 0;
	if (i == 0 && x == (double)(int)x) /* whole, and below 1000 */
		decimals = 0;
	snprintf(buf, size, "%s%.*f%s%s", ns < 0 ? "-" : "", decimals, x, *units[i] ? " " : "",
		 units[i]);
	return buf;
}
