// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/collect/lives.h"

#include <errno.h>
#include <stdlib.h>

#include "user/collect/life.h"

/* The place in the hash table for the newest life of a tid. */
static uint32_t *newest_of(const struct lives *l, uint32_t tid)
{
	size_t mask = 2 * l->cap - 1, i = tid & mask;

	while (l->newest[i] && l->v[l->newest[i] - 1].tid != tid)
		i = (i + 1) & mask;
	return &l->newest[i];
}

static void note_all(struct lives *l)
{
	for (size_t i = 0; i < 2 * l->cap; i++)
		l->newest[i] = 0;
	for (size_t i = 0; i < l->n; i++)
		*newest_of(l, l->v[i].tid) = i + 1;
}

static int grow(struct lives *l)
{
	size_t cap = l->cap ? 2 * l->cap : 256;
	struct life *v = reallocarray(l->v, cap, sizeof(*v));
	uint32_t *newest = reallocarray(l->newest, cap, 2 * sizeof(*newest));

	if (v)
		l->v = v;
	if (newest)
		l->newest = newest;
	if (!v || !newest)
		return -ENOMEM;
	l->cap = cap;
	note_all(l);
	return 0;
}

/* The tid's life that lacks this record, or a new one. NULL: out of memory. */
static struct life *life_of(struct lives *l, const struct record_head *record)
{
	struct life *life;
	uint32_t newest;

	if (l->n == l->cap && grow(l))
		return NULL;
	newest = *newest_of(l, record->tid);
	/* A failed birth and a whole life have no other record to join. */
	if (newest && record->tid && record->kind != RECORD_LIFE &&
	    life__owns(&l->v[newest - 1], record))
		return &l->v[newest - 1];
	life = &l->v[l->n++];
	life__init(life, record->tid);
	*newest_of(l, record->tid) = l->n;
	return life;
}

int lives__add(struct lives *l, const struct record_head *record, size_t size)
{
	struct life *life;

	if (!life__takes(record, size))
		return -EINVAL;
	life = life_of(l, record);
	return life ? life__add(life, record, size) : -ENOMEM;
}

void lives__clear(struct lives *l)
{
	l->n = 0;
	note_all(l);
}

void lives__free(struct lives *l)
{
	free(l->v);
	free(l->newest);
	*l = (struct lives){0};
}

/* The call's entry, or the first edge that is known. */
static uint64_t birth_time(const struct life *life)
{
	for (int e = BIRTH_EDGE_FIRST; e < BIRTH_EDGE_FIRST + BIRTH_EDGE_COUNT; e++)
		if (life->edge[e])
			return life->edge[e];
	return 0;
}

static int by_birth(const void *a, const void *b)
{
	uint64_t x = birth_time(a), y = birth_time(b);

	return x < y ? -1 : x > y;
}

void lives__sort(struct lives *l)
{
	for (size_t i = 0; i < l->n; i++)
		life__settle(&l->v[i]);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_birth);
	note_all(l);
}

struct life *lives__find(struct lives *l, pid_t parent, const struct sample *s)
{
	size_t lo = 0, hi = l->n;
	/* A failed call has no later time; its errno identifies it. */
	int64_t end = s->error ? INT64_MAX : s->t_return;

	if (s->t_call == MISSING || end == MISSING)
		return NULL;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((int64_t)birth_time(&l->v[mid]) < s->t_call)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < l->n && (int64_t)birth_time(&l->v[lo]) <= end; lo++) {
		struct life *life = &l->v[lo];

		if (!life->born || life->parent_tgid != (uint32_t)parent)
			continue;
		if (s->error ? life->result == -s->error
			     : life->result > 0 && (!s->child || life->tid == (uint32_t)s->child))
			return life;
	}
	return NULL;
}
