/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The functions of a tree of calls, each once, over all paths that lead to it. Those without a name
 * are one a module, FUNCTION_UNRESOLVED.
 */
#pragma once

#include "user/model/call_tree.h"

struct call_function {
	const char *name, *module; /* of the tree */
	/* Sums of the nodes' medians; interrupts and other tasks are no part of a birth. */
	int64_t calls, own;
	int64_t total; /* with what it called; what a recursion calls counts once */
};

#define CALL_NO_FUNCTION SIZE_MAX

struct call_functions {
	struct call_function *v; /* by own instructions, falling */
	size_t n;
	size_t *of; /* by node: the place of its function; a root has CALL_NO_FUNCTION */
};

/* Borrows from the tree. 0 or -ENOMEM; free it in any case. */
int call_functions__init(struct call_functions *f, const struct call_tree *t);
void call_functions__free(struct call_functions *f);
