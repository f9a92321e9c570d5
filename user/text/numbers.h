/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Numbers as people read them. The same in every locale, unless a function says otherwise. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

#define NUMBER_MAX 48

/* "-" for NAN. */
struct number {
	char text[NUMBER_MAX];
};

/* For terminals: "32.7 µs", or "32.7 us" if the locale cannot show the former. */
struct number text_plain_time(double ns, const char *clock);
/* Whether the output can show the character, by the locale. */
bool text_shows(wchar_t character);
/* From now on all, whatever the locale: the output is a file in UTF-8. */
void text_plain_utf8(void);
/* "32.7 µs"; instructions: "173 k". */
struct number text_time(double ns, bool instructions);
/* The same, but instructions have their unit: "173 k instructions". */
struct number text_time_words(double ns, bool instructions);
/*
 * With its interval, and no more digits than that supports: "9.2 µs (8.9 to 9.6)". As
 * text_time_words() if low or high is not known.
 */
struct number text_time_range(double ns, double low, double high, bool instructions);
/* "64 MiB", "1 GiB"; "-" for MISSING. */
struct number text_bytes(int64_t bytes);
/* Digits in groups of three: "173,301"; one decimal if the number is not whole. */
struct number text_count(double number);

/* Writes the digits of a number, which take DIGITS_ROOM at most. Returns the place after them. */
#define DIGITS_ROOM 20
char *text_digits(char *to, int64_t number);
/* Writes so many digits of a number, with zeros before it. Returns the place after them. */
char *text_fixed_digits(char *to, uint64_t number, int digits);

/* What a count takes: text_plural(n, "birth", "births"), or "was" and "were". */
const char *text_plural(int64_t n, const char *one, const char *many);

/* "0.0008", "1.93", "381", "1e+05"; "-" if it is not finite. */
struct number text_ratio(double ratio);

/* "1.93 (1.90 to 1.97)" */
struct number text_ratio_range(double ratio, double low, double high);

/* The change from a to b: "+1.6 %"; "×12.3" from ten times on. */
struct number text_change(double a, double b);

/* The same of a ratio b / a, with the interval of that: "+2.1 % (+1.5 to +2.8)". */
struct number text_change_range(double ratio, double low, double high);
