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

/* A line while it is made, with what puts it in order. */
struct draft {
	struct gate_line line;
	struct entry first;
};

static int compare_drafts(const void *a, const void *b)
{
	return compare_places(&((const struct draft *)a)->first, &((const struct draft *)b)->first);
}

static void put(struct draft *d, const struct entry *e)
{
	const struct cell **cell = e->side ? &d->line.b : &d->line.a;
	size_t *order = e->side ? &d->line.order_b : &d->line.order_a;

	if (!*cell || e->cell->order < *order)
		*order = e->cell->order;
	if (!*cell)
		*cell = e->cell;
}

/* Lines of the same key, of entries in order: returns how many. */
static size_t draw(struct draft *drafts, const struct entry *entries, size_t n)
{
	size_t k, from = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || entries[i].hash != entries[i - 1].hash)
			from = count;
		for (k = from; k < count; k++) {
			if (cell__same_key(drafts[k].first.cell, entries[i].cell, "trace"))
				break;
		}
		if (k == count)
			drafts[count++] = (struct draft){.first = entries[i]};
		put(&drafts[k], &entries[i]);
	}
	qsort(drafts, count, sizeof(*drafts), compare_drafts);
	return count;
}

static const struct key_part *part_of(const struct cell *c, const char *axis)
{
	for (size_t i = 0; i < c->key_count; i++) {
		if (!strcmp(c->key[i].name, axis))
			return &c->key[i];
	}
	return NULL;
}

/* NULL: a cell without that axis. */
static bool same_value(const struct key_part *x, const struct key_part *y)
{
	if (!x || !y)
		return x == y;
	if (!x->text || !y->text)
		return x->text == y->text && x->number == y->number;
	return !strcmp(x->text, y->text);
}

static const struct cell *cell_of(const struct gate_line *l, int side)
{
	return side ? l->b : l->a;
}

static bool side_has(const struct gate_grid *g, int side, const char *axis,
		     const struct key_part *value)
{
	for (size_t i = 0; i < g->count; i++) {
		const struct cell *c = cell_of(&g->v[i], side);

		if (c && same_value(part_of(c, axis), value))
			return true;
	}
	return false;
}

/* Whether no value of these axes, where the cells differ, is in the other side's grid as well. */
static bool is_own(const struct gate_grid *g, const struct cell *axes, const struct cell *of_a,
		   const struct cell *of_b)
{
	for (size_t i = 0; i < axes->key_count; i++) {
		const char *axis = axes->key[i].name;
		const struct key_part *a = part_of(of_a, axis), *b = part_of(of_b, axis);

		if (strcmp(axis, "trace") && !same_value(a, b) &&
		    (side_has(g, 1, axis, a) || side_has(g, 0, axis, b)))
			return false;
	}
	return true;
}

static int compare_a(const void *a, const void *b)
{
	const struct gate_line *x = *(struct gate_line *const *)a;
	const struct gate_line *y = *(struct gate_line *const *)b;

	if (x->order_a != y->order_a)
		return x->order_a < y->order_a ? -1 : 1;
	return (x > y) - (x < y);
}

static int compare_b(const void *a, const void *b)
{
	const struct gate_line *x = *(struct gate_line *const *)a;
	const struct gate_line *y = *(struct gate_line *const *)b;

	if (x->order_b != y->order_b)
		return x->order_b < y->order_b ? -1 : 1;
	return (x > y) - (x < y);
}

/* The lines of a side, in the order of its grid; returns how many. */
static size_t lay_out(struct gate_grid *g, int side, struct gate_line **lines)
{
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		if (cell_of(&g->v[i], side))
			lines[n++] = &g->v[i];
	}
	qsort(lines, n, sizeof(struct gate_line *), side ? compare_b : compare_a);
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
	count_a = lay_out(g, 0, of_a);
	count_b = lay_out(g, 1, of_b);
	/* Whether they may be is asked of the grids as they are. */
	for (size_t i = 0; i < count_a && i < count_b; i++)
		taken[i] = !of_a[i]->b && !of_b[i]->a &&
			   is_own(g, of_a[i]->a, of_a[i]->a, of_b[i]->b) &&
			   is_own(g, of_b[i]->b, of_a[i]->a, of_b[i]->b);
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
	g->count = draw(drafts, entries, n);
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
