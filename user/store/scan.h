/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the store: reading a line's text without jansson. After the line there is a newline or a
 * zero byte: no value has these, so that most checks need no end. A function that reads something
 * returns the place after it, or NULL if something else is there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A string between its quotes, or an array between its brackets. */
struct scan_span {
	const char *at, *end;
};

/* A string with its quotes. NULL also for bad UTF-8 and for an escape that is not ours. */
const char *scan_text(const char *at, const char *end, struct scan_span *text);

/* An array of strings; its bracket is here. */
const char *scan_texts(const char *at, const char *end, struct scan_span *texts);

/* An object of integers; its brace is here. */
const char *scan_numbers(const char *at, const char *end, struct scan_span *members);

/* Writes a string and a zero byte, `size` bytes at most. Returns the place of the zero byte. */
char *scan_write(char *to, size_t size, struct scan_span text);

/* A value of valid JSON without spaces. */
const char *scan_past_value(const char *at, const char *end);

/* Other writers of JSON put spaces after commas and colons. */
static inline const char *scan_past_spaces(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* Past the comma that is here, and spaces on both sides; or to the first that is none. */
static inline const char *scan_past_comma(const char *at)
{
	at = scan_past_spaces(at);
	return *at == ',' ? scan_past_spaces(at + 1) : at;
}

static inline bool scan_ends_value(char c)
{
	return c == ',' || c == '}' || c == ']';
}

/* An integer of RFC 8259: no plus sign, no leading zero. */
static inline const char *scan_integer(const char *at, int64_t *value)
{
	bool negative = *at == '-';
	const char *first = at + negative;
	uint64_t n = 0; /* 19 digits fit */
	uint32_t digit;

	for (at = first; (digit = (uint32_t)(*at - '0')) <= 9; at++)
		n = 10 * n + digit;
	*value = (int64_t)(negative ? -n : n);
	if (at == first || (*first == '0' && at > first + 1) || at - first > 19 ||
	    (at - first == 19 && n > (uint64_t)INT64_MAX + negative))
		return NULL;
	return at;
}

/* The place after the string that begins here, or `end`. */
static inline const char *scan_past_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\';
	return at < end ? at + 1 : end;
}
