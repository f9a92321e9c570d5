// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/cell_index.h"

/* One key is asked for often: for each metric, probe set and question. */
struct gate_index_found {
	const struct cell *like;
	struct gate_index_cell {
		const struct cell *cell;
		const char *probe_set;
	} * v; /* in the order of the run */
	size_t n;
};

static int compare_entries(const void *a, const void *b)
{
	const struct gate_index_entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/* How many entries at most have the same hash. The entries are sorted. */
static size_t most_alike(const struct gate_index *index)
{
	size_t most = 1, same = 0;

	for (size_t i = 0; i < index->run->cell_count; i++) {
		same = i > 0 && index->v[i].hash == index->v[i - 1].hash ? same + 1 : 1;
		most = same > most ? same : most;
	}
	return most;
}

int gate_index__build(struct gate_index *index, const struct run *r)
{
	index->run = r;
	index->v = calloc(r->cell_count ? r->cell_count : 1, sizeof(*index->v));
	index->found = calloc(1, sizeof(*index->found));
	if (!index->v || !index->found)
		return -ENOMEM;
	for (size_t i = 0; i < r->cell_count; i++)
		index->v[i] =
			(struct gate_index_entry){cell__hash(&r->cells[i], PROBE_SET_AXIS), i};
	qsort(index->v, r->cell_count, sizeof(*index->v), compare_entries);
	index->found->v = calloc(most_alike(index), sizeof(*index->found->v));
	return index->found->v ? 0 : -ENOMEM;
}

void gate_index__free(struct gate_index *index)
{
	if (index->found)
		free(index->found->v);
	free(index->found);
	free(index->v);
	*index = (struct gate_index){0};
}

/* The first entry with this hash or a greater one. */
static size_t first_of(const struct gate_index *index, uint64_t hash)
{
	size_t low = 0, high = index->run->cell_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->v[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct gate_index_found *find(const struct gate_index *index, const struct cell *like)
{
	struct gate_index_found *f = index->found;
	const struct run *r = index->run;
	uint64_t hash;

	if (f->like == like)
		return f;
	hash = cell__hash(like, PROBE_SET_AXIS);
	f->like = like;
	f->n = 0;
	for (size_t i = first_of(index, hash); i < r->cell_count && index->v[i].hash == hash; i++) {
		const struct cell *c = &r->cells[index->v[i].cell];

		if (cell__same_key(c, like, PROBE_SET_AXIS))
			f->v[f->n++] = (struct gate_index_cell){c, cell__probe_set(c)};
	}
	return f;
}

const struct cell *gate_index__next(const struct gate_index *index, const struct cell *like,
				    const struct cell *before)
{
	const struct gate_index_found *f = find(index, like);

	for (size_t i = 0; i < f->n; i++) {
		if (!before || f->v[i].cell > before)
			return f->v[i].cell;
	}
	return NULL;
}

const struct cell *gate_index__find(const struct gate_index *index, const struct cell *like,
				    const char *probe_set)
{
	const struct gate_index_found *f = find(index, like);

	for (size_t i = 0; i < f->n; i++) {
		if (!strcmp(f->v[i].probe_set, probe_set))
			return f->v[i].cell;
	}
	return NULL;
}
