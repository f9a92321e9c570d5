/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A string that grows. Out of memory is remembered: check it once, at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct strbuf {
	char *text; /* NULL until something is added; read it by strbuf__text() */
	size_t length, room;
	bool failed; /* out of memory: what was added since is lost */
};

/* Appends. */
void strbuf__add(struct strbuf *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for so many bytes and a terminator; false: out of memory. */
bool strbuf__reserve(struct strbuf *s, size_t bytes);

/*
 * For what is written by hand: where the text goes on, with room for so many bytes; NULL: out of
 * memory. Then say where it ended. Inline, as the next: a trace has millions of short pieces.
 */
static inline char *strbuf__room(struct strbuf *s, size_t bytes)
{
	if (s->length + bytes >= s->room && !strbuf__reserve(s, bytes))
		return NULL;
	return s->text + s->length;
}

static inline void strbuf__end_at(struct strbuf *s, char *end)
{
	s->length = (size_t)(end - s->text);
	*end = '\0';
}

/* Appends `length` bytes. */
static inline void strbuf__add_bytes(struct strbuf *s, const char *bytes, size_t length)
{
	char *at = strbuf__room(s, length);

	if (at)
		strbuf__end_at(s, (char *)memcpy(at, bytes, length) + length);
}

/* Appends the digits of a number. */
void strbuf__add_number(struct strbuf *s, int64_t number);
/* Appends text that others chose, escaped as escape_text() does. */
void strbuf__add_escaped(struct strbuf *s, const char *text);

/* What was added, terminated; "" if nothing was. Valid until the next change. */
const char *strbuf__text(const struct strbuf *s);

/* Cuts it to so many bytes. */
void strbuf__cut(struct strbuf *s, size_t length);
/* Empties it and keeps its memory. */
void strbuf__clear(struct strbuf *s);
void strbuf__free(struct strbuf *s);

/* Hands the text over, malloc'ed, and empties the buffer. NULL: out of memory. */
char *strbuf__take(struct strbuf *s);
