// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/text/hash.h"

/* Adds the hashes of the axes, which may stand in any order. */
static uint64_t hash_of(const struct cell *c)
{
	uint64_t sum = 0, one;

	for (size_t i = 0; i < c->key_count; i++) {
		const struct fact *k = &c->key[i];

		if (!strcmp(k->name, PROBE_SET_AXIS))
			continue;
		one = hash_bytes(HASH_BEGIN, k->name, strlen(k->name) + 1);
		one = k->text ? hash_bytes(one, k->text, strlen(k->text))
			      : hash_bytes(one, &k->number, sizeof(k->number));
		sum += one;
	}
	return sum;
}

static int compare_entries(const void *a, const void *b)
{
	const struct gate_index_entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

int gate_index__build(struct gate_index *index, const struct run *r)
{
	index->run = r;
	index->v = calloc(r->cell_count ? r->cell_count : 1, sizeof(*index->v));
	if (!index->v)
		return -ENOMEM;
	for (size_t i = 0; i < r->cell_count; i++)
		index->v[i] = (struct gate_index_entry){hash_of(&r->cells[i]), i};
	qsort(index->v, r->cell_count, sizeof(*index->v), compare_entries);
	return 0;
}

void gate_index__free(struct gate_index *index)
{
	free(index->v);
	*index = (struct gate_index){0};
}

const struct cell *gate_index__next(const struct gate_index *index, const struct cell *like,
				    const struct cell *before)
{
	const struct run *r = index->run;
	struct gate_index_entry wanted = {hash_of(like), before ? before - r->cells + 1 : 0};
	size_t low = 0, high = r->cell_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_entries(&index->v[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->cell_count && index->v[low].hash == wanted.hash; low++) {
		const struct cell *c = &r->cells[index->v[low].cell];

		if (cell__same_key(c, like, PROBE_SET_AXIS))
			return c;
	}
	return NULL;
}

const struct cell *gate_index__find(const struct gate_index *index, const struct cell *like,
				    const char *probe_set)
{
	const struct cell *c = NULL;

	while ((c = gate_index__next(index, like, c))) {
		if (!strcmp(cell__probe_set(c), probe_set))
			return c;
	}
	return NULL;
}
