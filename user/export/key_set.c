// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/key_set.h"

#include <errno.h>
#include <stdlib.h>

/* Where the key is, or belongs. */
static uint64_t *place_of(const struct key_set *s, uint64_t key)
{
	size_t i = (key * 0x9e3779b97f4a7c15u) >> 32 & (s->cap - 1); /* Fibonacci hashing */

	while (s->v[i] && s->v[i] != key)
		i = (i + 1) & (s->cap - 1);
	return &s->v[i];
}

static int grow(struct key_set *s)
{
	struct key_set more = {.cap = s->cap ? 2 * s->cap : 1024, .n = s->n};

	more.v = calloc(more.cap, sizeof(*more.v));
	if (!more.v)
		return -ENOMEM;
	for (size_t i = 0; i < s->cap; i++)
		if (s->v[i])
			*place_of(&more, s->v[i]) = s->v[i];
	free(s->v);
	*s = more;
	return 0;
}

int key_set__add(struct key_set *s, uint64_t key)
{
	uint64_t *place;

	if (2 * s->n >= s->cap && grow(s))
		return -ENOMEM;
	place = place_of(s, key);
	if (*place)
		return 0;
	*place = key;
	s->n++;
	return 1;
}

void key_set__free(struct key_set *s)
{
	free(s->v);
	*s = (struct key_set){0};
}
