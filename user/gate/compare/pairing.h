/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Pairs the cells of A with the cells of B, for all their probe sets together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/gate/compare/index.h"

struct gate_line {
	const struct cell *a, *b; /* the first with that key; NULL: this side has none */
	size_t order_a, order_b;  /* the place in the side's grid: the least of its probe sets */
};

struct gate_grid {
	struct gate_line *v; /* in the order of A, then those that only B has */
	size_t count;
};

/*
 * Pairs the cells of these runs, at least one per side, by their keys. With `by_place`, cells
 * without a partner are then paired if they have the same place in their grids, and if neither
 * side's grid has the other's value of an axis in which they differ (`--ab fork vfork`). Each cell
 * is in one pair at most. 0 or -ENOMEM.
 */
int gate_grid__build(struct gate_grid *g, const struct gate_index *a, size_t count_a,
		     const struct gate_index *b, size_t count_b, bool by_place);
void gate_grid__free(struct gate_grid *g);
