// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/model/cell_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"
#include "user/text/hash.h"

struct cell_index_entry {
	uint64_t hash;
	size_t next; /* place with a hash of the same chain, or CELL_NONE */
};

struct cell_index_chain {
	size_t first, last; /* places, or CELL_NONE */
};

/* Adds the hashes of the axes, which may stand in any order. */
uint64_t cell__hash(const struct cell *c, const char *except)
{
	uint64_t sum = 0, one;

	for (size_t i = 0; i < c->key_count; i++) {
		const struct fact *k = &c->key[i];

		if (except && !strcmp(k->name, except))
			continue;
		one = hash_bytes(HASH_BEGIN, k->name, strlen(k->name) + 1);
		one = k->text ? hash_bytes(one, k->text, strlen(k->text))
			      : hash_bytes(one, &k->number, sizeof(k->number));
		sum += one;
	}
	return sum;
}

struct cell_index cell_index__of(cell_at_fn *at, const void *of, const char *except)
{
	return (struct cell_index){.at = at, .of = of, .except = except};
}

void cell_index__free(struct cell_index *x)
{
	free(x->v);
	free(x->by);
	x->v = NULL;
	x->by = NULL;
	x->n = x->chains = 0;
}

static void append(struct cell_index *x, size_t place)
{
	struct cell_index_chain *chain = &x->by[x->v[place].hash & (x->chains - 1)];

	x->v[place].next = CELL_NONE;
	if (chain->first == CELL_NONE)
		chain->first = place;
	else
		x->v[chain->last].next = place;
	chain->last = place;
}

static int add_chains(struct cell_index *x)
{
	size_t chains = x->chains ? 2 * x->chains : 16;
	struct cell_index_chain *by = reallocarray(x->by, chains, sizeof(*by));

	if (!by)
		return -ENOMEM;
	x->by = by;
	x->chains = chains;
	memset(by, 0xff, chains * sizeof(*by)); /* CELL_NONE */
	for (size_t i = 0; i < x->n; i++)
		append(x, i);
	return 0;
}

int cell_index__add(struct cell_index *x)
{
	struct cell_index_entry *v = array_grow(x->v, x->n, sizeof(*v));

	if (!v)
		return -ENOMEM;
	x->v = v;
	if (x->n == x->chains && add_chains(x))
		return -ENOMEM;
	v[x->n].hash = cell__hash(x->at(x->of, x->n), x->except);
	append(x, x->n++);
	return 0;
}

int cell_index__fill(struct cell_index *x, size_t n)
{
	int err = 0;

	while (x->n < n && !err)
		err = cell_index__add(x);
	return err;
}

/* The first at this place or after it in its chain that has the key. */
static size_t search(const struct cell_index *x, size_t place, uint64_t hash,
		     const struct cell *like)
{
	while (place != CELL_NONE &&
	       (x->v[place].hash != hash || !cell__same_key(x->at(x->of, place), like, x->except)))
		place = x->v[place].next;
	return place;
}

size_t cell_index__first(const struct cell_index *x, const struct cell *like)
{
	uint64_t hash = cell__hash(like, x->except);

	return x->n ? search(x, x->by[hash & (x->chains - 1)].first, hash, like) : CELL_NONE;
}

size_t cell_index__next(const struct cell_index *x, size_t place)
{
	return search(x, x->v[place].next, x->v[place].hash, x->at(x->of, place));
}
