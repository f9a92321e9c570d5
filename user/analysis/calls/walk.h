/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Through a tree of calls depth first: each node, then all below it. */
#pragma once

#include "user/model/call_tree.h"

struct call_walk {
	size_t *order; /* the nodes; siblings in the order of the tree */
	size_t *depth; /* by node; a root has 0 */
	size_t n;
	size_t deepest; /* the largest depth */
};

/* 0 or -ENOMEM; free it in any case. */
int call_walk__init(struct call_walk *w, const struct call_tree *t);
void call_walk__free(struct call_walk *w);

/*
 * Replaces values of each node alone by those with all below it. Of instructions the result may
 * differ from the nodes' totals: a sum of medians is not the median of sums.
 */
void call_walk_add_up(const struct call_tree *t, int64_t *values);
