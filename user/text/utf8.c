// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/utf8.h"

#include <string.h>
#include <wchar.h>

size_t utf8_decode(const char *text, uint32_t *code)
{
	/* The smallest code point of each length: anything less is overlong. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)text;
	size_t len;
	uint32_t c;

	if (u[0] < 0x80) {
		*code = u[0];
		return u[0] != 0;
	}
	len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	if (u[0] < 0xc0 || u[0] >= 0xf8)
		return 0;
	c = u[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return len;
}

/* Columns of the character at `text`, which is not empty, and its length in *len. */
static size_t character_width(const char *text, size_t *len)
{
	uint32_t code;
	int width;

	*len = utf8_decode(text, &code);
	if (*len == 0) {
		*len = 1;
		return 1;
	}
	width = wcwidth((wchar_t)code);
	return width < 0 ? 1 : (size_t)width;
}

size_t utf8_width_of(const char *text, size_t len)
{
	size_t width = 0, step;

	for (size_t at = 0; at < len && text[at]; at += step)
		width += character_width(text + at, &step);
	return width;
}

char *utf8_copy(char *to, const char **text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	uint32_t code;
	size_t len = utf8_decode(*text, &code);

	to = mempcpy(to, len ? *text : replacement, len ? len : strlen(replacement));
	*text += len ? len : 1;
	return to;
}

size_t utf8_width(const char *text)
{
	return utf8_width_of(text, SIZE_MAX);
}

size_t utf8_fit(const char *text, size_t width)
{
	size_t used = 0, at = 0, len;

	while (text[at]) {
		used += character_width(text + at, &len);
		if (used > width)
			break;
		at += len;
	}
	return at;
}

const char *utf8_cut(const char *text, size_t width, char *buf)
{
	size_t at = 0, len;
	uint32_t code;

	for (; text[at] != '\0'; at += len) {
		len = utf8_decode(text + at, &code);
		len = len ? len : 1;
		if (at + len > width)
			break;
	}
	memcpy(buf, text, at);
	strcpy(buf + at, text[at] ? "..." : "");
	return buf;
}
