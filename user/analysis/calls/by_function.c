// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/calls/by_function.h"

#include <errno.h>
#include <stdlib.h>

#include "user/analysis/calls/function_ids.h"

static void number(struct call_functions *f, const struct call_tree *t,
		   const struct function_ids *all)
{
	f->n = all->count;
	for (size_t i = 0; i < f->n; i++)
		f->v[i] = (struct call_function){all->all[i].name, all->all[i].module, 0, 0, 0};
	for (size_t i = 0; i < t->node_count; i++)
		f->of[i] = all->of[0][i] == FUNCTION_NONE ? CALL_NO_FUNCTION : all->of[0][i];
}

/* Whether the function is not on the way to this node already. */
static bool is_outermost(const struct call_functions *f, const struct call_tree *t, size_t node)
{
	for (size_t up = t->nodes[node].parent; up != CALL_NO_PARENT; up = t->nodes[up].parent)
		if (f->of[up] == f->of[node])
			return false;
	return true;
}

static void sum(struct call_functions *f, const struct call_tree *t)
{
	for (size_t i = 0; i < t->node_count; i++) {
		const struct call_node *node = &t->nodes[i];
		struct call_function *function;

		if (f->of[i] == CALL_NO_FUNCTION || !call_part_of_birth(node->part))
			continue;
		function = &f->v[f->of[i]];
		function->own += node->own;
		function->calls += node->calls;
		if (is_outermost(f, t, i))
			function->total += node->total;
	}
}

static int by_own(const void *a, const void *b, void *context)
{
	const struct call_function *v = context;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (v[i].own != v[k].own)
		return v[i].own < v[k].own ? 1 : -1;
	return (i > k) - (i < k);
}

/* `order` and `place` are room for all functions. -ENOMEM leaves f as it was. */
static int sort(struct call_functions *f, const struct call_tree *t, size_t *order, size_t *place)
{
	struct call_function *sorted = calloc(f->n + 1, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < f->n; i++)
		order[i] = i;
	qsort_r(order, f->n, sizeof(*order), by_own, f->v);
	for (size_t i = 0; i < f->n; i++) {
		sorted[i] = f->v[order[i]];
		place[order[i]] = i;
	}
	for (size_t i = 0; i < t->node_count; i++)
		if (f->of[i] != CALL_NO_FUNCTION)
			f->of[i] = place[f->of[i]];
	free(f->v);
	f->v = sorted;
	return 0;
}

int call_functions__init(struct call_functions *f, const struct call_tree *t)
{
	size_t n = t->node_count + 1;
	size_t *order = calloc(n, sizeof(*order)), *place = calloc(n, sizeof(*place));
	struct function_ids all;
	int err = function_ids__make(&all, t, NULL);

	*f = (struct call_functions){calloc(n, sizeof(*f->v)), 0, calloc(n, sizeof(*f->of))};
	if (!order || !place || !f->v || !f->of)
		err = -ENOMEM;
	if (!err) {
		number(f, t, &all);
		sum(f, t);
		err = sort(f, t, order, place);
	}
	free(order);
	free(place);
	function_ids__free(&all);
	return err;
}

void call_functions__free(struct call_functions *f)
{
	free(f->v);
	free(f->of);
	*f = (struct call_functions){0};
}
