// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/pairing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A cell of some run. */
struct entry {
	uint64_t hash;
	int side;
	size_t run;
	const struct cell *cell;
};

static size_t fill(struct entry *entries, const struct gate_index *indexes, size_t count, int side)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct run *r = indexes[i].run;

		for (size_t k = 0; k < r->cell_count; k++) {
			const struct gate_index_entry *e = &indexes[i].v[k];

			entries[n++] = (struct entry){e->hash, side, i, &r->cells[e->cell]};
		}
	}
	return n;
}

static size_t cells_in(const struct gate_index *indexes, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += indexes[i].run->cell_count;
	return n;
}

static int compare_places(const struct entry *x, const struct entry *y)
{
	if (x->side != y->side)
		return x->side - y->side;
	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return compare_places(x, y);
}

/* A line while it is made, and its sort key. */
struct draft {
	struct gate_line line;
	struct entry first;
};

static int compare_drafts(const void *a, const void *b)
{
	return compare_places(&((const struct draft *)a)->first, &((const struct draft *)b)->first);
}

static void add_entry(struct draft *d, const struct entry *e)
{
	const struct cell **cell = e->side ? &d->line.b : &d->line.a;
	size_t *order = e->side ? &d->line.order_b : &d->line.order_a;

	if (!*cell || e->cell->order < *order)
		*order = e->cell->order;
	if (!*cell)
		*cell = e->cell;
}

/* Makes a line for each key from sorted entries. Returns how many. */
static size_t make_lines(struct draft *drafts, const struct entry *entries, size_t n)
{
	size_t k, from = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || entries[i].hash != entries[i - 1].hash)
			from = count;
		for (k = from; k < count; k++) {
			if (cell__same_key(drafts[k].first.cell, entries[i].cell, PROBE_SET_AXIS))
				break;
		}
		if (k == count)
			drafts[count++] = (struct draft){.first = entries[i]};
		add_entry(&drafts[k], &entries[i]);
	}
	qsort(drafts, count, sizeof(*drafts), compare_drafts);
	return count;
}

static const struct fact *part_of(const struct cell *c, const char *axis)
{
	return fact_find(c->key, c->key_count, axis);
}

static const struct cell *cell_of(const struct gate_line *l, int side)
{
	return side ? l->b : l->a;
}

static bool side_has(const struct gate_grid *g, int side, const char *axis,
		     const struct fact *value)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct cell *c = cell_of(&g->v[i], side);

		if (c && fact_same(part_of(c, axis), value))
			return true;
	}
	return false;
}

/* Whether neither grid has the other side's value of an axis in which the two cells differ. */
static bool is_unique(const struct gate_grid *g, const struct cell *axes, const struct cell *of_a,
		      const struct cell *of_b)
{
	for (size_t i = 0; i < axes->key_count; i++) {
		const char *axis = axes->key[i].name;
		const struct fact *a = part_of(of_a, axis), *b = part_of(of_b, axis);

		if (strcmp(axis, PROBE_SET_AXIS) && !fact_same(a, b) &&
		    (side_has(g, 1, axis, a) || side_has(g, 0, axis, b)))
			return false;
	}
	return true;
}

static int compare_orders(const void *a, const void *b, void *side)
{
	const struct gate_line *x = *(struct gate_line *const *)a;
	const struct gate_line *y = *(struct gate_line *const *)b;
	size_t of_x = *(int *)side ? x->order_b : x->order_a;
	size_t of_y = *(int *)side ? y->order_b : y->order_a;

	if (of_x != of_y)
		return of_x < of_y ? -1 : 1;
	return (x > y) - (x < y);
}

/* Sorts the lines of a side by their place in its grid. Returns how many. */
static size_t sort_lines(struct gate_grid *g, int side, struct gate_line **lines)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (cell_of(&g->v[i], side))
			lines[n++] = &g->v[i];
	}
	qsort_r(lines, n, sizeof(struct gate_line *), compare_orders, &side);
	return n;
}

static int pair_by_place(struct gate_grid *g)
{
	struct gate_line **of_a = calloc(g->count + 1, sizeof(struct gate_line *));
	struct gate_line **of_b = calloc(g->count + 1, sizeof(struct gate_line *));
	bool *taken = calloc(g->count + 1, sizeof(*taken));
	size_t kept = 0, count_a, count_b;
	int err = of_a && of_b && taken ? 0 : -ENOMEM;

	if (err)
		goto cleanup;
	count_a = sort_lines(g, 0, of_a);
	count_b = sort_lines(g, 1, of_b);
	/* Check all pairs before the first of them changes the grid. */
	for (size_t i = 0; i < count_a && i < count_b; i++)
		taken[i] = !of_a[i]->b && !of_b[i]->a &&
			   is_unique(g, of_a[i]->a, of_a[i]->a, of_b[i]->b) &&
			   is_unique(g, of_b[i]->b, of_a[i]->a, of_b[i]->b);
	for (size_t i = 0; i < count_a && i < count_b; i++) {
		if (!taken[i])
			continue;
		of_a[i]->b = of_b[i]->b;
		of_a[i]->order_b = of_b[i]->order_b;
		of_b[i]->b = NULL;
	}
	for (size_t i = 0; i < g->count; i++) {
		if (g->v[i].a || g->v[i].b)
			g->v[kept++] = g->v[i];
	}
	g->count = kept;
cleanup:
	free(of_a);
	free(of_b);
	free(taken);
	return err;
}

int gate_grid__build(struct gate_grid *g, const struct gate_index *a, size_t count_a,
		     const struct gate_index *b, size_t count_b, bool by_place)
{
	size_t i, n = cells_in(a, count_a) + cells_in(b, count_b);
	struct entry *entries = calloc(n + 1, sizeof(*entries));
	struct draft *drafts = calloc(n + 1, sizeof(*drafts));
	int err = entries && drafts ? 0 : -ENOMEM;

	*g = (struct gate_grid){0};
	if (err)
		goto cleanup;
	n = fill(entries, a, count_a, 0);
	n += fill(entries + n, b, count_b, 1);
	qsort(entries, n, sizeof(*entries), compare_entries);
	g->count = make_lines(drafts, entries, n);
	g->v = calloc(g->count + 1, sizeof(*g->v));
	err = g->v ? 0 : -ENOMEM;
	for (i = 0; i < g->count && !err; i++)
		g->v[i] = drafts[i].line;
	if (!err && by_place)
		err = pair_by_place(g);
cleanup:
	free(entries);
	free(drafts);
	if (err)
		gate_grid__free(g);
	return err;
}

void gate_grid__free(struct gate_grid *g)
{
	free(g->v);
	*g = (struct gate_grid){0};
}
