// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/text/name_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/hash.h"

/* Where the text is, or belongs. */
static char **place_of(const struct name_set *s, const char *text)
{
	size_t i = hash_bytes(HASH_BEGIN, text, strlen(text)) & (s->cap - 1);

	while (s->v[i] && strcmp(s->v[i], text) != 0)
		i = (i + 1) & (s->cap - 1);
	return &s->v[i];
}

static int grow(struct name_set *s)
{
	struct name_set more = {.cap = s->cap ? 2 * s->cap : 64, .n = s->n};

	more.v = calloc(more.cap, sizeof(*more.v));
	if (!more.v)
		return -1;
	for (size_t i = 0; i < s->cap; i++)
		if (s->v[i])
			*place_of(&more, s->v[i]) = s->v[i];
	free((void *)s->v);
	*s = more;
	return 0;
}

const char *name_set__keep(struct name_set *s, const char *text)
{
	char **place;

	if (2 * s->n >= s->cap && grow(s))
		return NULL;
	place = place_of(s, text);
	if (!*place) {
		*place = strdup(text);
		s->n += *place != NULL;
	}
	return *place;
}

void name_set__free(struct name_set *s)
{
	for (size_t i = 0; i < s->cap; i++)
		free(s->v[i]);
	free((void *)s->v);
	*s = (struct name_set){0};
}
