/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: reading a line's text without jansson. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct scan {
	const char *at, *end;
};

static inline bool scan_is(const struct scan *s, char c)
{
	return s->at < s->end && *s->at == c;
}

static inline bool scan_char(struct scan *s, char c)
{
	bool is = scan_is(s, c);

	s->at += is;
	return is;
}

/* An integer of RFC 8259: no plus sign, no leading zero. */
static inline bool scan_integer(struct scan *s, int64_t *value)
{
	bool negative = scan_char(s, '-');
	const char *first = s->at, *at = first, *end = s->end;
	uint64_t n = 0, digit; /* 19 digits fit */

	for (; at < end && (digit = (uint64_t)(*at - '0')) <= 9; at++)
		n = 10 * n + digit;
	s->at = at;
	*value = (int64_t)(negative ? -n : n);
	return at > first && (*first != '0' || at == first + 1) && at - first <= 19 &&
	       n <= (uint64_t)INT64_MAX + negative;
}

/* Skips the string that begins here, with its closing quote. */
static inline void scan_past_string(struct scan *s)
{
	for (s->at++; s->at < s->end && *s->at != '"'; s->at++)
		s->at += *s->at == '\\';
	s->at += s->at < s->end;
	if (s->at > s->end)
		s->at = s->end;
}
