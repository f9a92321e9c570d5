// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/store/arrays.h"
#include "user/text/escape.h"
#include "user/text/numbers.h"

void store_fault(struct reason *why, const char *format, ...)
{
	va_list args;

	if (why->err)
		return;
	why->err = -EINVAL;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
}

void store_no_memory(struct reason *why)
{
	if (!why->err)
		why->err = -ENOMEM;
}

struct store_quoted store_quote(const char *name)
{
	struct store_quoted q;

	escape_text(name, q.text, sizeof(q.text));
	return q;
}

int64_t store_number(const json_t *json, const char *name, struct reason *why)
{
	int64_t number = json_integer_value(json);

	if (!json_is_integer(json))
		store_fault(why, "%s is not an integer", store_quote(name).text);
	else if (number == MISSING) /* no measurement, and must not look like a `null` */
		store_fault(why, "%s is out of range", store_quote(name).text);
	return number;
}

int64_t store_number_or_null(const json_t *json, const char *name, struct reason *why)
{
	return json_is_null(json) ? MISSING : store_number(json, name, why);
}

char *store_text(const json_t *json, const char *name, struct reason *why)
{
	char *text;

	if (!json_is_string(json)) {
		store_fault(why, "%s is not a string", store_quote(name).text);
		return NULL;
	}
	text = strdup(json_string_value(json));
	if (!text)
		store_no_memory(why);
	return text;
}

char *store_optional_text(const json_t *object, const char *name, struct reason *why)
{
	const json_t *json = json_object_get(object, name);

	return json ? store_text(json, name, why) : NULL;
}

void store_series(const json_t *json, const char *name, size_t n, struct series *s,
		  struct reason *why)
{
	struct series *lifted = lifted__find(why->lifted, json);
	size_t size = lifted ? lifted->n : json_array_size(json);

	if (!json_is_array(json))
		store_fault(why, "%s is not an array", store_quote(name).text);
	else if (size != n)
		store_fault(why, "%s has %zu %s where n is %zu", store_quote(name).text, size,
			    text_plural((int64_t)size, "value", "values"), n);
	if (why->err)
		return;
	if (lifted) {
		*s = *lifted;
		*lifted = (struct series){0};
		return;
	}
	if (n && series__reserve(s, n))
		store_no_memory(why);
	for (size_t i = 0; i < n && !why->err; i++) {
		int64_t value = store_number_or_null(json_array_get(json, i), name, why);

		if (series__push(s, value))
			store_no_memory(why);
		if (why->err)
			return;
	}
}
