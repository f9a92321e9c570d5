// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "user/text/utf8.h"

/* Bidirectional controls make one name look like another. wcwidth returns 0 for them. */
static bool reorders(uint32_t code)
{
	return code == 0x061c || code == 0x200e || code == 0x200f ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* wcwidth is -1 for C0, DEL, C1, line separators, and for characters unknown to the locale. */
static bool is_plain(uint32_t code)
{
	return (code >= ' ' && code <= '~') || (wcwidth((wchar_t)code) >= 0 && !reorders(code));
}

size_t escape_text(const char *in, char *out, size_t size)
{
	size_t total = 0, end = 0;

	while (*in) {
		char hex[sizeof("\\xHH")];
		const char *piece = in;
		uint32_t code;
		size_t len = utf8_decode(in, &code);

		if (len > 0 && is_plain(code)) {
			in += len;
		} else {
			/* The rest of this character is malformed by itself and escaped next. */
			snprintf(hex, sizeof(hex), "\\x%02x", (unsigned char)*in);
			piece = hex;
			len = strlen(hex);
			in++;
		}
		total += len;
		if (end + len == total && total < size) { /* nothing was cut so far */
			memcpy(out + end, piece, len);
			end = total;
		}
	}
	if (size > 0)
		out[end] = '\0';
	return total;
}

char *escape_copy(const char *in)
{
	size_t size = escape_text(in, NULL, 0) + 1;
	char *copy = malloc(size);

	if (copy)
		escape_text(in, copy, size);
	return copy;
}
