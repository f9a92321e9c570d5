// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/spans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/birth.h"
#include "user/model/run.h"

static int64_t length_of(const struct span *v, size_t n)
{
	int64_t ns = 0;

	for (size_t i = 0; i < n; i++)
		ns += v[i].to - v[i].from;
	return ns;
}

/* Only sums up the older half. */
static void forget_old(struct spans *s)
{
	size_t half = s->n / 2;

	s->before += length_of(s->v, half);
	s->closed = s->v[half - 1].to;
	memmove(s->v, s->v + half, (s->n - half) * sizeof(*s->v));
	s->n -= half;
}

/* Makes room for one more. */
static int grow(struct spans *s)
{
	size_t cap = s->cap ? 2 * s->cap : 64;
	struct span *v;

	if (s->n < s->cap)
		return 0;
	if (s->n == SPANS_MAX) {
		forget_old(s);
		return 0;
	}
	v = reallocarray(s->v, cap, sizeof(*v));
	if (!v)
		return -ENOMEM;
	s->v = v;
	s->cap = cap;
	return 0;
}

int spans__add(struct spans *s, int64_t from, int64_t to)
{
	size_t end, at;

	if (grow(s))
		return -ENOMEM;
	if (s->before && from < s->closed) {
		s->least = true;
		from = s->closed;
	}
	if (to <= from)
		return 0;
	/* Those from `at` to `end` touch it, and become one with it. */
	for (end = s->n; end && s->v[end - 1].from > to; end--)
		;
	for (at = end; at && s->v[at - 1].to >= from; at--)
		;
	if (at < end) {
		from = s->v[at].from < from ? s->v[at].from : from;
		to = s->v[end - 1].to > to ? s->v[end - 1].to : to;
	}
	memmove(s->v + at + 1, s->v + end, (s->n - end) * sizeof(*s->v));
	s->v[at] = (struct span){from, to};
	s->n = s->n - (end - at) + 1;
	return 0;
}

int spans__add_call(struct spans *s, const struct birth *b)
{
	if (b->life.result <= 0 || birth_call_ns(b) == MISSING)
		return 0;
	return spans__add(s, (int64_t)b->life.edge[EDGE_clone_enter],
			  (int64_t)b->life.edge[EDGE_clone_return]);
}

static int by_return(const void *a, const void *b)
{
	uint64_t x = (*(const struct birth *const *)a)->life.edge[EDGE_clone_return];
	uint64_t y = (*(const struct birth *const *)b)->life.edge[EDGE_clone_return];

	return x < y ? -1 : x > y;
}

/* A file has births in the order in which their children ended. */
int spans__add_calls(struct spans *s, const struct run *r)
{
	const struct birth **order = calloc(r->birth_count + 1, sizeof(*order));
	int err = order ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < r->birth_count; i++)
		order[i] = &r->births[i];
	if (!err)
		qsort((void *)order, r->birth_count, sizeof(*order), by_return);
	for (size_t i = 0; !err && i < r->birth_count; i++)
		err = spans__add_call(s, order[i]);
	free((void *)order);
	return err;
}

int64_t spans__ns(const struct spans *s)
{
	return s->before + length_of(s->v, s->n);
}

void spans__free(struct spans *s)
{
	free(s->v);
	*s = (struct spans){0};
}
