// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/fact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/name_set.h"

/* Thousands of cells have the same few. They stay until the program ends. */
static struct name_set strings;

int fact_add(struct fact **facts, size_t *count, const char *name, const char *text, int64_t number)
{
	struct fact *grown = reallocarray(*facts, *count + 1, sizeof(*grown)), *f;

	if (!grown)
		return -ENOMEM;
	*facts = grown;
	f = &grown[*count];
	f->name = name_set__keep(&strings, name);
	f->text = text ? name_set__keep(&strings, text) : NULL;
	f->number = number;
	if (!f->name || (text && !f->text))
		return -ENOMEM;
	++*count;
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
