// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/series.h"

#include <errno.h>
#include <stdlib.h>

int series__reserve(struct series *s, size_t n)
{
	int64_t *v;

	if (n <= s->cap)
		return 0;
	v = n <= SERIES_VALUES_MAX ? reallocarray(s->v, n, sizeof(*v)) : NULL;
	if (!v)
		return -ENOMEM;
	s->v = v;
	s->cap = (uint32_t)n;
	return 0;
}

int series__push(struct series *s, int64_t value)
{
	if (s->n == s->cap && series__reserve(s, s->cap ? 2 * (size_t)s->cap : 16))
		return -ENOMEM;
	s->v[s->n++] = value;
	return 0;
}

void series__free(struct series *s)
{
	if (!s)
		return;
	free(s->v);
	*s = (struct series){0};
}

bool series__any(const struct series *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->v[i] != MISSING)
			return true;
	}
	return false;
}
