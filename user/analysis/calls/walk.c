// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/calls/walk.h"

#include <errno.h>
#include <stdlib.h>

#define NONE SIZE_MAX

/* A node's first child, and its next sibling; the roots are children of one more, the last. */
struct links {
	size_t *first, *next;
};

static void link_nodes(struct links *l, const struct call_tree *t)
{
	for (size_t i = 0; i <= t->node_count; i++)
		l->first[i] = l->next[i] = NONE;
	for (size_t i = t->node_count; i-- > 0;) {
		size_t parent = t->nodes[i].parent;

		if (parent == CALL_NO_PARENT)
			parent = t->node_count;
		l->next[i] = l->first[parent];
		l->first[parent] = i;
	}
}

/* The node after this one when all below it has been seen; NONE: no more. */
static size_t after(const struct links *l, const struct call_tree *t, size_t node)
{
	while (node != CALL_NO_PARENT && l->next[node] == NONE)
		node = t->nodes[node].parent;
	return node == CALL_NO_PARENT ? NONE : l->next[node];
}

static void follow(struct call_walk *w, const struct links *l, const struct call_tree *t)
{
	size_t node = l->first[t->node_count];

	while (node != NONE) {
		size_t parent = t->nodes[node].parent;

		w->order[w->n++] = node;
		w->depth[node] = parent == CALL_NO_PARENT ? 0 : w->depth[parent] + 1;
		if (w->depth[node] > w->deepest)
			w->deepest = w->depth[node];
		node = l->first[node] != NONE ? l->first[node] : after(l, t, node);
	}
}

int call_walk__init(struct call_walk *w, const struct call_tree *t)
{
	size_t n = t->node_count + 1;
	struct links l = {calloc(n, sizeof(*l.first)), calloc(n, sizeof(*l.next))};
	int err = -ENOMEM;

	*w = (struct call_walk){calloc(n, sizeof(*w->order)), calloc(n, sizeof(*w->depth)), 0, 0};
	if (l.first && l.next && w->order && w->depth) {
		link_nodes(&l, t);
		follow(w, &l, t);
		err = 0;
	}
	free(l.first);
	free(l.next);
	return err;
}

void call_walk__free(struct call_walk *w)
{
	free(w->order);
	free(w->depth);
	*w = (struct call_walk){0};
}

void call_walk_add_up(const struct call_tree *t, int64_t *values)
{
	for (size_t i = t->node_count; i-- > 0;)
		if (t->nodes[i].parent != CALL_NO_PARENT)
			values[t->nodes[i].parent] += values[i];
}
