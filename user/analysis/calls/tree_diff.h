/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Two call trees compared: by function, over all its paths, and by path. Functions have the same
 * name on both sides, or are matched by their place in the tree, which is a guess and called one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/model/call_tree.h"

/* Per birth: entered so often; instructions of its own, and with what it called. */
struct call_figures {
	int64_t calls, own, total;
};

enum change_guess {
	GUESS_NONE,
	GUESS_RENAMED, /* A has it as `other`: both stand below the same path */
	GUESS_INLINED, /* only A has it; in B its callees stand below its caller, `other` */
	GUESS_SPLIT,   /* only B has it; in A its callees stand below its caller, `other` */
};

struct call_change {
	const char *name, *module; /* as B writes it, or A what only A has; of the trees */
	struct call_figures a, b;  /* zeros where a side lacks it */
	bool in_a, in_b;
	enum change_guess guess;
	const char *other; /* the function of the guess; NULL */
};

/* A path: the functions from the root to this one. */
struct path_change {
	struct call_change change;
	size_t parent; /* index, less than this one's; CALL_NO_PARENT of a root, a part of a birth
			*/
	enum call_kind kind;
	enum call_part part;
};

struct tree_diff {
	/* By change of own instructions, the largest first, up or down. Without interrupts and
	 * other tasks, which are no part of a birth; in `paths` they have roots of their own. */
	struct call_change *functions;
	size_t function_count;
	struct path_change *paths; /* parents before their children */
	size_t path_count;
	size_t *by_change;	       /* indices of paths, by change of own instructions */
	int64_t a, b;		       /* instructions of a birth, without these two */
	int64_t parts[PART_COUNT][2];  /* of its parts */
	const struct call_tree *of[2]; /* the trees */
};

/* 0 or -ENOMEM. The trees must stay as long as the difference does. */
int tree_diff__make(struct tree_diff *d, const struct call_tree *a, const struct call_tree *b);
void tree_diff__free(struct tree_diff *d);

/* What it took more, of its own: instructions per birth. */
int64_t call_change__more(const struct call_change *c);
