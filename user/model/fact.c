// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/fact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"

int fact_add(struct fact **facts, size_t *count, const char *name, const char *text, int64_t number)
{
	struct fact *grown = array_grow(*facts, *count, sizeof(*grown));
	struct fact fact = {.number = number};

	if (!grown)
		return -ENOMEM;
	*facts = grown;
	if (text_copy(&fact.name, name) || text_copy(&fact.text, text)) {
		free(fact.name);
		return -ENOMEM;
	}
	grown[(*count)++] = fact;
	return 0;
}

void facts__free(struct fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(facts[i].name);
		free(facts[i].text);
	}
	free(facts);
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
