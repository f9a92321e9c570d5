// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/observation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"
#include "user/model/run.h"

/* Adds "NAME=VALUE" to a list of facts. */
static int add_condition(struct fact **facts, size_t *count, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (*value && !value[strspn(value, "0123456789")])
		return fact_add(facts, count, word, NULL, strtoll(value, NULL, 10));
	return fact_add(facts, count, word, value, MISSING);
}

static int add_conditions(struct fact **facts, size_t *count, const char *conditions)
{
	char *copy = strdup(conditions), *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (word = strsep(&rest, " ")))
		if (*word)
			err = add_condition(facts, count, word);
	free(copy);
	return err;
}

struct observation *run__add_observation(struct run *r, const char *name, const char *unit,
					 const char *conditions)
{
	struct observation *grown =
		array_grow(r->observations, r->observation_count, sizeof(*grown));
	struct observation m = {0};

	if (!grown)
		return NULL;
	r->observations = grown;
	if (text_copy(&m.name, name) || text_copy(&m.unit, unit) ||
	    add_conditions(&m.key, &m.key_count, conditions)) {
		observation__free(&m);
		return NULL;
	}
	grown[r->observation_count] = m;
	return &grown[r->observation_count++];
}

/* Whether the observation has all of the facts. */
static bool has(const struct observation *m, const struct fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!fact_same(fact_find(m->key, m->key_count, facts[i].name), &facts[i]))
			return false;
	return true;
}

const struct observation *run__observation(const struct run *r, const char *name,
					   const char *conditions)
{
	const struct observation *found = NULL;
	struct fact *facts = NULL;
	size_t count = 0;

	if (!add_conditions(&facts, &count, conditions))
		for (size_t i = 0; i < r->observation_count && !found; i++)
			if (!strcmp(r->observations[i].name, name) &&
			    has(&r->observations[i], facts, count))
				found = &r->observations[i];
	free(facts);
	return found;
}

const char *observation__text(const struct observation *m, const char *condition)
{
	const struct fact *f = fact_find(m->key, m->key_count, condition);

	return f ? f->text : NULL;
}

int64_t observation__number(const struct observation *m, const char *condition)
{
	const struct fact *f = fact_find(m->key, m->key_count, condition);

	return f && !f->text ? f->number : MISSING;
}

void observation__free(struct observation *m)
{
	free(m->name);
	free(m->unit);
	free(m->absent);
	free(m->key);
	series__free(&m->values);
}
