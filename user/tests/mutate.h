/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random numbers that are the same in each run, and lines of JSON with random faults. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Marsaglia's xorshift64. */
static inline uint64_t random_next(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* Cuts bytes out of a line, or changes them. Returns its length. */
static inline size_t mutate(char *line, size_t len, size_t edits)
{
	static const char bytes[] = "[]{},:\"\\ 0159-+.eEntruls\t\xc3\xa9";

	while (edits-- > 0) {
		size_t at = (size_t)(random_next() >> 8) % len;

		if (random_next() % 3 == 0) {
			memmove(line + at, line + at + 1, len - at - 1);
			len--;
		} else {
			line[at] = bytes[random_next() % (sizeof(bytes) - 1)];
		}
	}
	return len;
}
