/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds cells by their key: a file may have thousands, and comparing each with each takes seconds.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "user/model/cell.h"

#define CELL_NONE SIZE_MAX

/* The cell at a place of whatever holds them; it may move when that grows. */
typedef const struct cell *cell_at_fn(const void *of, size_t place);

struct cell_index {
	cell_at_fn *at;
	const void *of;
	const char *except;	     /* an axis that is ignored; NULL: none */
	struct cell_index_entry *v;  /* by place */
	struct cell_index_chain *by; /* by hash: a power of two of them */
	size_t n, chains;
};

/* An empty index; add the cells in their order. */
struct cell_index cell_index__of(cell_at_fn *at, const void *of, const char *except);

/* Adds the cell at the next place. 0 or -ENOMEM. */
int cell_index__add(struct cell_index *x);

/* Adds cells until there are `n`. 0 or -ENOMEM. */
int cell_index__fill(struct cell_index *x, size_t n);

/* The first place with the key of `like`, or CELL_NONE. */
size_t cell_index__first(const struct cell_index *x, const struct cell *like);

/* The next place with the key of the cell at `place`, or CELL_NONE. */
size_t cell_index__next(const struct cell_index *x, size_t place);

void cell_index__free(struct cell_index *x);

/* A hash of the key without that axis: equal for cells for which cell__same_key() is true. */
uint64_t cell__hash(const struct cell *c, const char *except);
