// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/value.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "user/store/arrays.h"
#include "user/text/escape.h"

int store_fault(struct reason *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return -EINVAL;
}

struct store_quoted store_quote(const char *name)
{
	struct store_quoted q;

	escape_text(name, q.text, sizeof(q.text));
	return q;
}

int store_number(const json_t *json, const char *name, int64_t *number, struct reason *why)
{
	if (!json_is_integer(json))
		return store_fault(why, "%s is not an integer", store_quote(name).text);
	*number = json_integer_value(json);
	if (*number == MISSING) /* no measurement, and must not look like a `null` */
		return store_fault(why, "%s is out of range", store_quote(name).text);
	return 0;
}

int store_number_or_null(const json_t *json, const char *name, int64_t *number, struct reason *why)
{
	if (json_is_null(json)) {
		*number = MISSING;
		return 0;
	}
	return store_number(json, name, number, why);
}

int store_text(const json_t *json, const char *name, char **text, struct reason *why)
{
	if (!json_is_string(json))
		return store_fault(why, "%s is not a string", store_quote(name).text);
	*text = strdup(json_string_value(json));
	return *text ? 0 : -ENOMEM;
}

int store_optional_text(const json_t *object, const char *name, char **text, struct reason *why)
{
	const json_t *json = json_object_get(object, name);

	return json ? store_text(json, name, text, why) : 0;
}

int store_series(const json_t *json, const char *name, size_t n, struct series *s,
		 struct reason *why)
{
	struct series *lifted = lifted__find(why->lifted, json);
	size_t i, size = lifted ? lifted->n : json_array_size(json);
	int err;

	if (!json_is_array(json))
		return store_fault(why, "%s is not an array", store_quote(name).text);
	if (size != n)
		return store_fault(why, "%s has %zu values where n is %zu", store_quote(name).text,
				   size, n);
	if (lifted) {
		*s = *lifted;
		*lifted = (struct series){0};
		return 0;
	}
	s->v = malloc((n ? n : 1) * sizeof(*s->v));
	if (!s->v)
		return -ENOMEM;
	s->cap = n ? n : 1;
	for (i = 0; i < n; i++) {
		err = store_number_or_null(json_array_get(json, i), name, &s->v[i], why);
		if (err)
			return err;
	}
	s->n = n;
	return 0;
}
