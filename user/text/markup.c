// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/markup.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "user/text/utf8.h"

/*
 * Characters that are invisible, break lines or make one name look like another: controls, Unicode
 * line separators, zero-width characters, bidirectional marks, the tags of plane 14.
 */
static bool is_hidden(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xe0000 && code <= 0xe007f) || (code & 0xfffe) == 0xfffe;
}

/* The length of the visible character at `text`; 0: show its first byte as \xHH. */
static size_t plain_length(const char *text)
{
	uint32_t code;
	size_t len = utf8_decode(text, &code);

	return len && !is_hidden(code) ? len : 0;
}

void html_text(FILE *out, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

	while (*text) {
		size_t len = plain_length(text);
		const char *at = strchr(special, *text);

		if (len == 0)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else if (at)
			fputs(entities[at - special], out);
		else
			fwrite(text, 1, len, out);
		text += len ? len : 1;
	}
}

/*
 * CommonMark: a backslash before punctuation makes it literal. Entities hide what web sites look
 * for in the rendered HTML: tags, mentions (@), issues (#), links (http:, www.). Characters that
 * only mean something at the start of a line stay: foreign text never stands there.
 */
static void markdown_character(FILE *out, const char *text, size_t len, char before)
{
	bool link = (*text == ':' && text[1] == '/') ||
		    (*text == '.' && (before == 'w' || before == 'W'));

	if (link || strchr("<>&@#\"'", *text) != NULL)
		fprintf(out, "&#%d;", *text);
	else if (strchr("\\`*_[]~|$", *text))
		fprintf(out, "\\%c", *text);
	else
		fwrite(text, 1, len, out);
}

void markdown_text(FILE *out, const char *text, size_t width)
{
	const char *start = text;

	while (*text) {
		size_t len = plain_length(text);

		if ((size_t)(text - start) + (len ? len : 1) > width) {
			fputs("...", out);
			return;
		}
		if (len == 0)
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
		else
			markdown_character(out, text, len, text > start ? text[-1] : ' ');
		text += len ? len : 1;
	}
}

void text_plain(FILE *out, const char *text, const char *special, char before)
{
	const char *start = text;
	size_t len;

	for (; *text; text += len ? len : 1) {
		len = plain_length(text);
		if (len && !strchr(special, *text))
			continue;
		fwrite(start, 1, (size_t)(text - start), out);
		if (len)
			fputc(before, out);
		else
			fprintf(out, "%s\\x%02x", before == '\\' ? "\\" : "", (unsigned char)*text);
		start = len ? text : text + 1;
	}
	fwrite(start, 1, (size_t)(text - start), out);
}
