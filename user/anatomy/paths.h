/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The paths of calls by function. The plugin knows addresses only: it has a path for each site that
 * calls, and takes a jump to another function for the caller's own code.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/anatomy/births.h"
#include "user/anatomy/raw.h"
#include "user/anatomy/symbols.h"
#include "user/model/call_tree.h"

#define NO_PATH UINT32_MAX

/* A function by the path that led to it. The parent has a lesser number. */
struct path {
	uint32_t parent; /* NO_PATH: a root */
	uint32_t child, sibling;
	unsigned int depth;
	const char *name, *module; /* the tree owns them */
	bool unresolved;
	enum call_kind kind;
	enum call_part part;
};

/* A function, as a block of code or a call's target is resolved once. */
struct place {
	const char *name, *module; /* name: NULL until it is resolved */
	uint64_t start;
	bool fragment, stub, unresolved;
};

struct paths {
	const struct raw *raw;
	const struct symbols *symbols;
	struct call_tree *tree; /* keeps the names */
	struct path *v;
	size_t n;
	uint32_t roots[PART_COUNT];
	struct paths_context *contexts; /* by part and program */
	size_t context_count;
	bool no_memory;
};

void paths__init(struct paths *p, const struct raw *raw, const struct symbols *symbols,
		 struct call_tree *tree);
void paths__free(struct paths *p);

/*
 * Before all that follows, for each node that executes or is entered in a part: others are calls
 * that were open all the time, and get no path.
 */
void paths__note(struct paths *p, const struct raw_place *at, uint32_t node);

/* The path of what a node executes of a block. NO_PATH: out of memory, and no_memory is set. */
uint32_t paths__of_block(struct paths *p, const struct raw_place *at, uint32_t node,
			 uint32_t block);

/* That of a node's first function, or NO_PATH: its entries are not that function's. */
uint32_t paths__of_node(struct paths *p, const struct raw_place *at, uint32_t node);

/* Whether the node's function jumps to that of this block, which begins it. */
bool paths__is_jump(struct paths *p, const struct raw_place *at, uint32_t node, uint32_t block);
