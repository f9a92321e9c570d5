/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: two call trees laid on each other. */
#pragma once

#include "user/analysis/calls/function_ids.h"
#include "user/analysis/calls/tree_diff.h"

struct merged {
	struct path_change *paths; /* parents before their children */
	size_t count, room;
	uint32_t *functions[2]; /* per path, its function on each side; FUNCTION_NONE: none */
};

/* 0 or -ENOMEM. free() paths and functions in either case. */
int merge_trees(struct merged *m, const struct call_tree *const trees[2],
		const struct function_ids *f);
