// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/arrays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/store/scan.h"

/* Shorter arrays stay: [N.5] is never longer than the array that it replaces. */
#define LIFT_MIN 16

static void skip_blanks(struct scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
}

static bool scan_value(struct scan *s, int64_t *value)
{
	static const char null[] = "null";
	size_t len = sizeof(null) - 1;

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, null, len))
		return scan_integer(s, value) && *value != MISSING;
	s->at += len;
	*value = MISSING;
	return true;
}

/* Reads the rest of an array, after its "[". False, and *series is empty: not only numbers. */
static bool scan_array(struct scan *s, struct series *series)
{
	do {
		int64_t value;

		skip_blanks(s);
		if (!scan_value(s, &value) || series__push(series, value))
			break;
		skip_blanks(s);
		if (scan_char(s, ']'))
			return true;
	} while (scan_char(s, ','));
	series__free(series);
	return false;
}

static bool keep(struct lifted *l, struct series series)
{
	struct series *arrays = reallocarray(l->arrays, l->count + 1, sizeof(*arrays));

	if (!arrays) {
		series__free(&series);
		return false;
	}
	l->arrays = arrays;
	arrays[l->count] = series;
	l->len += (size_t)sprintf(l->text + l->len, "[%zu.5]", l->count);
	l->count++;
	return true;
}

static void copy(struct lifted *l, const char *from, const char *to)
{
	memcpy(l->text + l->len, from, (size_t)(to - from));
	l->len += (size_t)(to - from);
}

/* Whether this character, outside of a string, is part of a real number. */
static bool in_real(const char *line, const char *at)
{
	bool exponent = *at == 'e' || *at == 'E';

	return *at == '.' || (exponent && at > line && at[-1] >= '0' && at[-1] <= '9');
}

static bool take(struct lifted *l, struct scan *s)
{
	const char *line = s->at;

	while (s->at < s->end) {
		const char *start = s->at;
		struct series series = {0};

		if (*s->at == '"') {
			scan_past_string(s);
			copy(l, start, s->at);
			continue;
		}
		if (in_real(line, s->at))
			return false;
		s->at++;
		if (*start == '[' && scan_array(s, &series)) {
			if (series.n >= LIFT_MIN) {
				if (!keep(l, series))
					return false;
				continue;
			}
			series__free(&series);
		} else if (*start == '[') {
			s->at = start + 1;
		}
		copy(l, start, s->at);
	}
	return l->count > 0;
}

bool lifted__take(struct lifted *l, const char *line, size_t len)
{
	struct scan s = {line, line + len};

	*l = (struct lifted){.text = malloc(len + 1)};
	if (!l->text)
		return false;
	if (take(l, &s))
		return true;
	lifted__free(l);
	return false;
}

void lifted__free(struct lifted *l)
{
	for (size_t i = 0; i < l->count; i++)
		series__free(&l->arrays[i]);
	free(l->arrays);
	free(l->text);
	*l = (struct lifted){0};
}

struct series *lifted__find(const struct lifted *l, const json_t *json)
{
	const json_t *only = json_array_get(json, 0);
	double number = json_real_value(only);

	if (!l || json_array_size(json) != 1 || !json_is_real(only) || number < 0 ||
	    number >= (double)l->count)
		return NULL;
	return &l->arrays[(size_t)number];
}
