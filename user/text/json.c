// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/utf8.h"

json_t *json__put(json_t *object, const char *name, json_t *value)
{
	if (!object) {
		json_decref(value);
		return NULL;
	}
	if (json_object_set_new(object, name, value) == 0)
		return object;
	json_decref(object);
	return NULL;
}

json_t *json__push(json_t *array, json_t *value)
{
	if (!array) {
		json_decref(value);
		return NULL;
	}
	if (json_array_append_new(array, value) == 0)
		return array;
	json_decref(array);
	return NULL;
}

json_t *json__text(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 1), *end = copy;
	json_t *value;

	if (!copy)
		return NULL;
	while (*text) {
		uint32_t code;
		size_t len = utf8_decode(text, &code);

		if (len)
			end = mempcpy(end, text, len);
		else
			end += sprintf(end, "\\x%02x", (unsigned char)*text);
		text += len ? len : 1;
	}
	*end = '\0';
	value = json_string(copy);
	free(copy);
	return value;
}

/* The longest that a byte of text becomes: \u001F. */
#define ESCAPE_ROOM 6

static char *put_escape(char *to, unsigned char c)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char letters[256] = {['"'] = '"',	['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
					  ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't'};

	*to++ = '\\';
	if (letters[c]) {
		*to++ = letters[c];
		return to;
	}
	to = mempcpy(to, "u00", 3);
	*to++ = digits[c >> 4];
	*to++ = digits[c & 15];
	return to;
}

/* A character; *text is moved behind it. */
static char *put_character(char *to, const char **text)
{
	unsigned char c = (unsigned char)**text;

	if (c >= 0x80)
		return utf8_copy(to, text);
	++*text;
	if (c < 0x20 || c == '"' || c == '\\')
		return put_escape(to, c);
	*to++ = (char)c;
	return to;
}

void json__add_text(struct strbuf *to, const char *text)
{
	char *at = strbuf__room(to, ESCAPE_ROOM * strlen(text) + strlen("\"\""));

	if (!at)
		return;
	*at++ = '"';
	while (*text)
		at = put_character(at, &text);
	*at++ = '"';
	strbuf__end_at(to, at);
}

json_t *json__number(double number)
{
	if (!isfinite(number))
		return json_null();
	if (number == floor(number) && fabs(number) < 1e15)
		return json_integer((json_int_t)number);
	return json_real(number);
}

json_t *json__discard(json_t *value)
{
	json_decref(value);
	return json_null();
}

/* In JSON "<" stands only within strings, where it may be written in hexadecimal: without it
 * neither "</script" nor "<!--" can be. */
static int write_safely(const char *text, size_t size, void *to)
{
	FILE *out = to;
	size_t start = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] != '<')
			continue;
		fwrite(text + start, 1, i - start, out);
		fputs("\\u003c", out);
		start = i + 1;
	}
	fwrite(text + start, 1, size - start, out);
	return ferror(out) ? -1 : 0;
}

int json__write(const json_t *value, FILE *out)
{
	return json_dump_callback(value, write_safely, out, JSON_COMPACT | JSON_REAL_PRECISION(6))
		       ? -ENOMEM
		       : 0;
}
