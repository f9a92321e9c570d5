/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which cells of A and of B belong together, whatever their passes. */
#ifndef SPAWNSCOPE_GATE_GRID_H
#define SPAWNSCOPE_GATE_GRID_H

#include <stdbool.h>

#include "user/gate/compare/index.h"

struct gate_line {
	const struct cell *a, *b; /* the first with that key; NULL: this side has none */
	size_t order_a, order_b;  /* in the grid of its side: the least of its passes */
};

struct gate_grid {
	struct gate_line *v; /* as A has them, then those that only B has */
	size_t count;
};

/*
 * Pairs the cells of these runs, of whose indexes each side has one at least: by their keys, and
 * what is left `by_place`, if that is wanted: where both sides have another cell in the same place
 * of their grids, and what these differ in is the one side's alone (`--ab fork vfork`). No cell
 * belongs to two. 0 or -ENOMEM.
 */
int gate_grid__build(struct gate_grid *g, const struct gate_index *a, size_t count_a,
		     const struct gate_index *b, size_t count_b, bool by_place);
void gate_grid__free(struct gate_grid *g);

#endif
