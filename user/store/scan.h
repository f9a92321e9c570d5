/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: what is read from a line's text without jansson. */
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

/* As RFC 8259 has an integer: no plus, no zero before other digits. Never MISSING. */
static inline bool scan_integer(struct scan *s, int64_t *value)
{
	bool negative = scan_char(s, '-');
	const char *first = s->at;

	for (*value = 0; s->at < s->end && *s->at >= '0' && *s->at <= '9'; s->at++) {
		int digit = *s->at - '0';

		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, digit, value))
			return false;
	}
	if (negative)
		*value = -*value;
	return s->at > first && (*first != '0' || s->at == first + 1);
}
