// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/store/arrays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/store/scan.h"

/* Shorter arrays stay: [N.5] is never longer than the array that it replaces. */
#define LIFT_MIN 16

static const char *skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

static const char *scan_value(const char *at, int64_t *value)
{
	static const char null[] = "null";

	if (*at == 'n' && !strncmp(at, null, strlen(null))) {
		*value = MISSING;
		return at + strlen(null);
	}
	at = scan_integer(at, value);
	return at && *value != MISSING ? at : NULL;
}

/* Reads an array. NULL, and *series is empty: not only numbers. */
static const char *scan_array(const char *at, struct series *series)
{
	int64_t value;

	do {
		at = scan_value(skip_blanks(at + 1), &value);
		if (!at || series__push(series, value))
			break;
		at = skip_blanks(at);
		if (*at == ']')
			return at + 1;
	} while (*at == ',');
	series__free(series);
	return NULL;
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

static bool take(struct lifted *l, const char *line, const char *end)
{
	const char *at = line, *next;

	for (; at < end; at = next) {
		struct series series = {0};

		if (*at == '"') {
			next = scan_past_string(at, end);
			copy(l, at, next);
			continue;
		}
		if (in_real(line, at))
			return false;
		next = *at == '[' ? scan_array(at, &series) : NULL;
		if (series.n >= LIFT_MIN) {
			if (!keep(l, series))
				return false;
			continue;
		}
		series__free(&series);
		next = next ? next : at + 1;
		copy(l, at, next);
	}
	return l->count > 0;
}

bool lifted__take(struct lifted *l, const char *line, size_t len)
{
	*l = (struct lifted){.text = malloc(len + 1)};
	if (!l->text)
		return false;
	if (take(l, line, line + len))
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
