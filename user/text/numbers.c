// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "bench/shared/units.h"
#include "user/text/utf8.h"

/* A time with this unit for microseconds. */
static struct number time_in(double ns, const char *clock, const char *microseconds)
{
	struct number n;
	char *unit;

	time_format(ns, clock, n.text, sizeof(n.text));
	unit = strstr(n.text, "us");
	if (unit)
		strcpy(unit, microseconds);
	return n;
}

static bool to_utf8;

void text_plain_utf8(void)
{
	to_utf8 = true;
}

bool text_shows(wchar_t character)
{
	return to_utf8 || wcwidth(character) == 1;
}

struct number text_plain_time(double ns, const char *clock)
{
	return time_in(ns, clock, text_shows(0xb5) ? "\xc2\xb5s" : "us");
}

struct number text_time(double ns, bool instructions)
{
	return time_in(ns, instructions ? CLOCK_OF_LAB : CLOCK_OF_MACHINE, "\xc2\xb5s");
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
	struct number n = {"-"};
	size_t len;

	if (bytes == MISSING)
		return n;
	size_format(bytes, n.text, NUMBER_MAX);
	len = strlen(n.text);
	if (len > 1 && strchr("KMGT", n.text[len - 1])) {
		char prefix = n.text[len - 1];

		snprintf(n.text + len - 1, NUMBER_MAX - len, " %ciB", prefix);
	}
	return n;
}

char *text_fixed_digits(char *to, uint64_t number, int digits)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
				    "25262728293031323334353637383940414243444546474849"
				    "50515253545556575859606162636465666768697071727374"
				    "75767778798081828384858687888990919293949596979899";
	char *at = to + digits;

	/* By hand: printf would take most of the time of a large file. */
	for (; at - to >= 2; number /= 100)
		memcpy(at -= 2, pairs + 2 * (number % 100), 2);
	if (at > to)
		*to = (char)('0' + number % 10);
	return to + digits;
}

char *text_digits(char *to, int64_t number)
{
	uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
	int digits = 1;

	if (number < 0)
		*to++ = '-';
	for (uint64_t power = 10; size >= power; power *= 10)
		digits++;
	return text_fixed_digits(to, size, digits);
}

const char *text_plural(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
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

/* A number and its interval in the same unit. */
struct range {
	double estimate, low, high;
	const char *unit; /* " µs", after the estimate */
	bool sign;	  /* on numbers above 0, too */
};

/*
 * The decimals that an interval of this half width supports, by the rule of the Particle Data Group
 * for errors (Review of Particle Physics, Introduction, 5.3): two digits of it if they are 10 to
 * 35, else one. Below 0 for tens. Never more than four digits of the number. An interval of numbers
 * above 0 that reaches far above the estimate would leave "0" of it: two digits stay.
 */
static int range_decimals(const struct range *r)
{
	double half = (r->high - r->low) / 2, size = fmax(fabs(r->estimate), half);
	int most = size > 0 ? 3 - (int)floor(log10(size)) : 3, place, decimals;

	if (!(half > 0))
		return most < 1 ? 0 : most - 1;
	place = (int)floor(log10(half));
	decimals = (half / pow(10, place) < 3.55) - place;
	if (r->low > 0 && r->estimate < half)
		decimals = 1 - (int)floor(log10(r->estimate));
	return decimals < most ? decimals : most;
}

static void range_digits(double number, int decimals, bool sign, char *buf, size_t size)
{
	double step = decimals < 0 ? pow(10, -decimals) : 1;
	double rounded = round(number / step) * step;
	double shown = decimals < 0 ? rounded : number;

	bool zero = fabs(shown) * pow(10, decimals) < 0.5;

	snprintf(buf, size, sign && !zero ? "%+.*f" : "%.*f", decimals < 0 ? 0 : decimals,
		 zero ? 0.0 : shown);
}

/* "9.2 µs (8.9 to 9.6)" */
static struct number range_text(const struct range *r)
{
	int decimals = range_decimals(r);
	char estimate[NUMBER_MAX], low[NUMBER_MAX], high[NUMBER_MAX];
	struct number n;

	range_digits(r->estimate, decimals, r->sign, estimate, sizeof(estimate));
	range_digits(r->low, decimals, r->sign, low, sizeof(low));
	range_digits(r->high, decimals, r->sign, high, sizeof(high));
	snprintf(n.text, sizeof(n.text), "%.14s%s (%.13s to %.13s)", estimate, r->unit, low, high);
	return n;
}

static bool has_range(double low, double high)
{
	return isfinite(low) && isfinite(high);
}

struct number text_time_range(double ns, double low, double high, bool instructions)
{
	static const char *const units[] = {" ns", " \xc2\xb5s", " ms", " s"};
	struct range r = {.estimate = ns, .low = low, .high = high};
	size_t i;

	if (!isfinite(ns) || !has_range(low, high))
		return text_time_words(ns, instructions);
	for (i = 0; i + 1 < sizeof(units) / sizeof(units[0]) && fabs(r.estimate) >= 999.5; i++) {
		r.estimate /= 1000;
		r.low /= 1000;
		r.high /= 1000;
	}
	r.unit = units[i];
	return range_text(&r);
}

struct number text_ratio_range(double ratio, double low, double high)
{
	struct range r = {.estimate = ratio, .low = low, .high = high, .unit = ""};

	return isfinite(ratio) && has_range(low, high) ? range_text(&r) : text_ratio(ratio);
}

struct number text_change_range(double ratio, double low, double high)
{
	struct range r = {100 * (ratio - 1), 100 * (low - 1), 100 * (high - 1), " %", true};

	return isfinite(ratio) && has_range(low, high) ? range_text(&r) : text_change(1, ratio);
}
