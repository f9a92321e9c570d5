// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/fact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of its strings. */
static size_t strings_of(const struct fact *f)
{
	return strlen(f->name) + 1 + (f->text ? strlen(f->text) + 1 : 0);
}

/* Copies its strings to `at`, and names the copies. Returns the place after them. */
static char *move_strings(struct fact *f, char *at)
{
	char *name = at;

	at = stpcpy(at, f->name) + 1;
	f->name = name;
	if (f->text) {
		name = at;
		at = stpcpy(at, f->text) + 1;
		f->text = name;
	}
	return at;
}

int fact_add(struct fact **facts, size_t *count, const char *name, const char *text, int64_t number)
{
	const struct fact added = {.name = name, .text = text, .number = number};
	size_t n = *count, size = (n + 1) * sizeof(added) + strings_of(&added);
	struct fact *grown;
	char *at;

	for (size_t i = 0; i < n; i++)
		size += strings_of(&(*facts)[i]);
	grown = malloc(size);
	if (!grown)
		return -ENOMEM;
	if (n)
		memcpy(grown, *facts, n * sizeof(*grown));
	grown[n] = added;
	at = (char *)&grown[n + 1];
	for (size_t i = 0; i <= n; i++)
		at = move_strings(&grown[i], at);
	free(*facts);
	*facts = grown;
	*count = n + 1;
	return 0;
}

const struct fact *fact_find(const struct fact *facts, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(facts[i].name, name))
			return &facts[i];
	return NULL;
}

bool fact_same(const struct fact *a, const struct fact *b)
{
	if (!a || !b)
		return a == b;
	if (!a->text || !b->text)
		return a->text == b->text && a->number == b->number;
	return !strcmp(a->text, b->text);
}
