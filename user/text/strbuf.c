// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/escape.h"
#include "user/text/numbers.h"

bool strbuf__reserve(struct strbuf *s, size_t bytes)
{
	size_t needed = s->length + bytes + 1, room = s->room ? s->room : 64;
	char *text;

	if (s->failed || needed <= s->room)
		return !s->failed;
	while (room < needed)
		room *= 2;
	text = realloc(s->text, room);
	if (!text) {
		s->failed = true;
		return false;
	}
	s->text = text;
	s->room = room;
	return true;
}

void strbuf__add_number(struct strbuf *s, int64_t number)
{
	char *at = strbuf__room(s, DIGITS_ROOM);

	if (at)
		strbuf__end_at(s, text_digits(at, number));
}

void strbuf__add(struct strbuf *s, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0 || !strbuf__reserve(s, length)) {
		s->failed = true;
		return;
	}
	va_start(args, format);
	vsnprintf(s->text + s->length, length + 1, format, args);
	va_end(args);
	s->length += length;
}

void strbuf__add_escaped(struct strbuf *s, const char *text)
{
	size_t length = escape_text(text, NULL, 0);

	if (!strbuf__reserve(s, length))
		return;
	escape_text(text, s->text + s->length, length + 1);
	s->length += length;
}

const char *strbuf__text(const struct strbuf *s)
{
	return s->length ? s->text : "";
}

void strbuf__cut(struct strbuf *s, size_t length)
{
	if (length >= s->length)
		return;
	s->length = length;
	s->text[length] = '\0';
}

void strbuf__clear(struct strbuf *s)
{
	s->length = 0;
	s->failed = false;
}

void strbuf__free(struct strbuf *s)
{
	free(s->text);
	*s = (struct strbuf){0};
}

char *strbuf__take(struct strbuf *s)
{
	char *text = s->failed ? NULL : s->text ? s->text : strdup("");

	if (s->failed)
		free(s->text);
	*s = (struct strbuf){0};
	return text;
}
