// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/text/utf8.h"

struct number text_plain_time(double ns, const char *clock)
{
	struct number n;

	time_format(ns, clock, n.text, sizeof(n.text));
	return n;
}

struct number text_time(double ns, bool instructions)
{
	struct number n = text_plain_time(ns, instructions ? CLOCK_OF_LAB : CLOCK_OF_MACHINE);
	char *micro = strstr(n.text, "us");

	if (micro)
		strcpy(micro, "\xc2\xb5s");
	return n;
}

struct number text_time_words(double ns, bool instructions)
{
	struct number n;

	snprintf(n.text, NUMBER_MAX, "%.20s%s", text_time(ns, instructions).text,
		 instructions ? " instructions" : "");
	return n;
}

struct number text_bytes(int64_t bytes)
{
	struct number n;
	size_t len;

	size_format(bytes, n.text, NUMBER_MAX);
	len = strlen(n.text);
	if (len > 1 && strchr("KMGT", n.text[len - 1])) {
		char prefix = n.text[len - 1];

		snprintf(n.text + len - 1, NUMBER_MAX - len, " %ciB", prefix);
	}
	return n;
}

struct number text_count(double number)
{
	struct number n;
	char digits[NUMBER_MAX];
	char *end = n.text;
	size_t whole;

	if (!isfinite(number) || fabs(number) >= 1e15) {
		snprintf(n.text, NUMBER_MAX, isfinite(number) ? "%.4g" : "-", number);
		return n;
	}
	snprintf(digits, sizeof(digits), "%.*f", number == floor(number) ? 0 : 1, fabs(number));
	whole = strcspn(digits, ".");
	if (number < 0)
		*end++ = '-';
	for (size_t i = 0; digits[i] != '\0'; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0)
			*end++ = ',';
		*end++ = digits[i];
	}
	*end = '\0';
	return n;
}

struct number text_ratio(double ratio)
{
	struct number n = {"-"};

	if (isfinite(ratio))
		snprintf(n.text, NUMBER_MAX,
			 fabs(ratio) < 0.095	 ? "%.2g"
			 : fabs(ratio) < 9.995	 ? "%.2f"
			 : fabs(ratio) < 99999.5 ? "%.0f"
						 : "%.0e",
			 ratio);
	return n;
}

struct number text_change(double a, double b)
{
	struct number n;
	double change = 100 * (b - a) / fabs(a);

	if (a == b && isfinite(a))
		snprintf(n.text, NUMBER_MAX, "0 %%");
	else if (!isfinite(change))
		snprintf(n.text, NUMBER_MAX, "-");
	else if (change >= 900)
		snprintf(n.text, NUMBER_MAX, "\xc3\x97%.3g", b / a);
	else
		snprintf(n.text, NUMBER_MAX, fabs(change) < 0.1 ? "%+.2f %%" : "%+.1f %%", change);
	return n;
}
