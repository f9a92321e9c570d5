// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/scan.h"

#include <string.h>

#include "user/text/utf8.h"

/* The character that a backslash and `c` stand for; 0 if none, or for \u. */
static char unescaped(char c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

/* The length of the escape sequence here; 0 if the store writes no such sequence. */
static size_t escape_length(const char *at, const char *end)
{
	static const char digits[] = "123456789ABCDEF0";

	if (unescaped(at[1]))
		return 2;
	/* A control character: \u0001 to \u001F. */
	if (end - at <= 6 || memcmp(at, "\\u00", 4) || !at[5] || !strchr(digits, at[5]))
		return 0;
	return at[4] == '1' || (at[4] == '0' && at[5] != '0') ? 6 : 0;
}

/* The length of a character of a string that does not stand for itself; 0: the string is bad. */
static size_t character_length(const char *at, const char *end)
{
	uint32_t code;

	if (*at == '\\')
		return escape_length(at, end);
	return (unsigned char)*at < 0x80 ? 0 : utf8_decode(at, &code);
}

const char *scan_text(const char *at, const char *end, struct scan_span *text)
{
	/* Characters that stand for themselves: ASCII, but no controls, quote or backslash. */
	static const bool plain[256] = {
		[0x20 ... 0x21] = true, [0x23 ... 0x5b] = true, [0x5d ... 0x7f] = true};
	size_t len;

	if (*at++ != '"')
		return NULL;
	text->at = at;
	do {
		while (plain[(unsigned char)*at])
			at++;
		text->end = at;
		if (*at == '"')
			return at + 1;
		len = character_length(at, end);
		at += len;
	} while (len);
	return NULL;
}

/* Takes an escaped byte out of a string. */
static char take_escaped(struct scan_span *text)
{
	const char *at = text->at;

	text->at += at[1] == 'u' ? 6 : 2;
	if (at[1] != 'u')
		return unescaped(at[1]);
	return (char)(16 * (at[4] - '0') + (at[5] <= '9' ? at[5] - '0' : at[5] - 'A' + 10));
}

char *scan_write(char *to, size_t size, struct scan_span text)
{
	size_t len = (size_t)(text.end - text.at);

	if (len < size && !memchr(text.at, '\\', len)) {
		to = mempcpy(to, text.at, len);
		*to = '\0';
		return to;
	}
	for (; text.at < text.end && size > 1; size--)
		*to++ = *text.at == '\\' ? take_escaped(&text) : *text.at++;
	*to = '\0';
	return to;
}

/* Moves past a comma, if there is one. */
static bool another(const char **at)
{
	if (**at != ',')
		return false;
	*at = scan_past_spaces(*at + 1);
	return true;
}

const char *scan_texts(const char *at, const char *end, struct scan_span *texts)
{
	struct scan_span one;

	at = scan_past_spaces(at + 1);
	texts->at = texts->end = at;
	if (*at == ']')
		return at + 1;
	do {
		at = scan_text(at, end, &one);
		if (!at)
			return NULL;
		texts->end = at = scan_past_spaces(at);
	} while (another(&at));
	return *at == ']' ? at + 1 : NULL;
}

const char *scan_numbers(const char *at, const char *end, struct scan_span *members)
{
	struct scan_span name;
	int64_t number;

	at = scan_past_spaces(at + 1);
	members->at = members->end = at;
	if (*at == '}')
		return at + 1;
	do {
		at = scan_text(at, end, &name);
		at = at && *at == ':' ? scan_integer(scan_past_spaces(at + 1), &number) : NULL;
		if (!at)
			return NULL;
		members->end = at = scan_past_spaces(at);
	} while (another(&at));
	return *at == '}' ? at + 1 : NULL;
}

const char *scan_past_value(const char *at, const char *end)
{
	size_t depth = 0;

	while (at < end && (depth || !scan_ends_value(*at))) {
		if (*at == '"') {
			at = scan_past_string(at, end);
			continue;
		}
		depth += *at == '{' || *at == '[';
		depth -= *at == '}' || *at == ']';
		at++;
	}
	return at;
}
