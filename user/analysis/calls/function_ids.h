/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The functions of two call trees by number: the same number is the same function. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "user/model/call_tree.h"

#define FUNCTION_NONE	    UINT32_MAX	 /* of a root */
#define FUNCTION_UNRESOLVED "unresolved" /* all functions of a module without a name, together */

struct function_id {
	const char *name, *module; /* as the second tree that has it writes it; borrowed */
	bool of_program;
	bool in[2];
};

/*
 * Modules are the same whatever version follows ".so", and so are the two programs, whatever their
 * names.
 */
struct function_ids {
	struct function_id *all;
	uint32_t count;
	uint32_t *of[2]; /* of each node of a tree */
};

/* 0 or -ENOMEM. `b` may be NULL. The trees must stay. */
int function_ids__make(struct function_ids *f, const struct call_tree *a,
		       const struct call_tree *b);
void function_ids__free(struct function_ids *f);

/* Whether two modules are the same, whatever their versions. NULL is the same as NULL alone. */
bool module_same(const char *a, const char *b);
/* Whether both are of one module. */
bool function_ids__same_module(const struct function_id *a, const struct function_id *b);

/* Whether the module is a dynamic loader, by its name: "ld-linux-x86-64.so.2". */
bool module_is_loader(const char *module);
/* The module of the program that was executed; NULL: there is none, or it is not known. */
const char *module_of_program(const struct call_tree *t);
