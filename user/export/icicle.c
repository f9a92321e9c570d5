// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/icicle.h"

#include <errno.h>
#include <stdlib.h>

static int64_t weight_of(const struct call_node *node, enum call_metric metric)
{
	int64_t weight = metric == CALL_METRIC_COUNT ? node->own : node->metrics[metric];

	return weight > 0 ? weight : 0;
}

/* `next` has room for each node, and one more for the roots: where what it calls next begins. */
static void place(struct icicle *v, const struct call_tree *t, int64_t *next)
{
	for (size_t i = 0; i < v->walk.n; i++) {
		size_t node = v->walk.order[i], parent = t->nodes[node].parent;
		int64_t *at = &next[parent == CALL_NO_PARENT ? t->node_count : parent];

		v->from[node] = next[node] = *at;
		*at += v->length[node];
	}
	v->whole = next[t->node_count];
}

int icicle__init(struct icicle *v, const struct call_tree *t, enum call_metric metric)
{
	int64_t *next = calloc(t->node_count + 1, sizeof(*next));
	int err;

	*v = (struct icicle){
		.from = calloc(t->node_count + 1, sizeof(*v->from)),
		.length = calloc(t->node_count + 1, sizeof(*v->length)),
	};
	err = call_walk__init(&v->walk, t);
	if (!next || !v->from || !v->length)
		err = -ENOMEM;
	if (!err) {
		for (size_t i = 0; i < t->node_count; i++)
			v->length[i] = weight_of(&t->nodes[i], metric);
		call_walk_add_up(t, v->length);
		place(v, t, next);
	}
	free(next);
	return err;
}

void icicle__free(struct icicle *v)
{
	call_walk__free(&v->walk);
	free(v->from);
	free(v->length);
	*v = (struct icicle){0};
}
