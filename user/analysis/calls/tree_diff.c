// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/calls/tree_diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/function_ids.h"
#include "user/analysis/calls/merge.h"

int64_t call_change__more(const struct call_change *c)
{
	return c->b.own - c->a.own;
}

static int compare_changes(const struct call_change *x, const struct call_change *y)
{
	int64_t a = llabs(call_change__more(x)), b = llabs(call_change__more(y));

	if (a == b) {
		a = llabs(x->b.total - x->a.total);
		b = llabs(y->b.total - y->a.total);
	}
	return (a < b) - (a > b);
}

static int compare_functions(const void *a, const void *b)
{
	const struct call_change *x = a, *y = b;
	int order = compare_changes(x, y);

	order = order ? order : strcmp(x->name, y->name);
	return order ? order : strcmp(x->module, y->module);
}

static int compare_paths(const void *a, const void *b, void *paths)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const struct path_change *all = paths;
	int order = compare_changes(&all[x].change, &all[y].change);

	return order ? order : (x > y) - (x < y);
}

/* Whether a node above it is the same function: its total is already in that one's. */
static bool is_inner(const struct call_tree *t, const uint32_t *functions, size_t node)
{
	size_t above = t->nodes[node].parent;

	while (above != CALL_NO_PARENT && functions[above] != functions[node])
		above = t->nodes[above].parent;
	return above != CALL_NO_PARENT;
}

static void add_side(struct call_change *changes, const struct call_tree *t,
		     const uint32_t *numbers, int side)
{
	for (size_t i = 0; i < t->node_count; i++) {
		const struct call_node *n = &t->nodes[i];
		struct call_change *c;
		struct call_figures *to;

		if (n->kind == CALL_ROOT || !call_part_of_birth(n->part))
			continue;
		c = &changes[numbers[i]];
		to = side ? &c->b : &c->a;
		*(side ? &c->in_b : &c->in_a) = true;
		to->calls += n->calls;
		to->own += n->own;
		if (!is_inner(t, numbers, i))
			to->total += n->total;
	}
}

static void add_figures(struct call_figures *to, const struct call_figures *from)
{
	to->calls += from->calls;
	to->own += from->own;
	to->total += from->total;
}

/*
 * What a function of A became in B, by the path where it takes most: both are one row then. One
 * that was inlined or split stays a row.
 */
static void apply_guess(struct call_change *changes, const struct merged *m, size_t path)
{
	const struct path_change *p = &m->paths[path];
	uint32_t of_a = m->functions[0][path], of_b = m->functions[1][path];
	struct call_change *row;

	switch (p->change.guess) {
	case GUESS_RENAMED:
		row = &changes[of_b];
		if (row->in_a || changes[of_a].in_b || !changes[of_a].in_a || !row->in_b)
			return; /* the other one has another name, too */
		add_figures(&row->a, &changes[of_a].a);
		row->in_a = true;
		row->other = changes[of_a].name;
		changes[of_a].in_a = false;
		break;
	case GUESS_INLINED:
	case GUESS_SPLIT:
		row = &changes[p->change.guess == GUESS_INLINED ? of_a : of_b];
		if (row->guess || (row->in_a && row->in_b))
			return;
		row->other = p->change.other;
		break;
	default:
		return;
	}
	row->guess = p->change.guess;
}

static int make_functions(struct tree_diff *d, const struct function_ids *f, const struct merged *m)
{
	struct call_change *changes = calloc(f->count + 1, sizeof(*changes));

	if (!changes)
		return -ENOMEM;
	for (uint32_t i = 0; i < f->count; i++) {
		changes[i].name = f->all[i].name;
		changes[i].module = f->all[i].module;
	}
	for (int side = 0; side < 2; side++)
		add_side(changes, d->of[side], f->of[side], side);
	for (size_t i = 0; i < d->path_count; i++)
		apply_guess(changes, m, d->by_change[i]);
	for (uint32_t i = 0; i < f->count; i++) {
		if (changes[i].in_a || changes[i].in_b)
			changes[d->function_count++] = changes[i];
	}
	qsort(changes, d->function_count, sizeof(*changes), compare_functions);
	d->functions = changes;
	return 0;
}

static int sort_paths(struct tree_diff *d)
{
	d->by_change = calloc(d->path_count + 1, sizeof(*d->by_change));
	if (!d->by_change)
		return -ENOMEM;
	for (size_t i = 0; i < d->path_count; i++)
		d->by_change[i] = i;
	qsort_r(d->by_change, d->path_count, sizeof(*d->by_change), compare_paths, d->paths);
	return 0;
}

static void add_up(struct tree_diff *d)
{
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < d->of[side]->node_count; i++) {
			const struct call_node *n = &d->of[side]->nodes[i];

			if (n->kind != CALL_ROOT)
				continue;
			d->parts[n->part][side] += n->total;
			if (call_part_of_birth(n->part))
				*(side ? &d->b : &d->a) += n->total;
		}
	}
}

int tree_diff__make(struct tree_diff *d, const struct call_tree *a, const struct call_tree *b)
{
	struct function_ids f;
	struct merged m = {0};
	int err;

	*d = (struct tree_diff){.of = {a, b}};
	err = function_ids__make(&f, a, b);
	if (err)
		return err;
	err = merge_trees(&m, d->of, &f);
	d->paths = m.paths;
	d->path_count = m.count;
	if (!err)
		err = sort_paths(d);
	if (!err)
		err = make_functions(d, &f, &m);
	if (!err)
		add_up(d);
	free(m.functions[0]);
	free(m.functions[1]);
	function_ids__free(&f);
	if (err)
		tree_diff__free(d);
	return err;
}

void tree_diff__free(struct tree_diff *d)
{
	free(d->functions);
	free(d->paths);
	free(d->by_change);
	*d = (struct tree_diff){0};
}
