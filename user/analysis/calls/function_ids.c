// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/calls/function_ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool module_is_loader(const char *module)
{
	return !strncmp(module, "ld-", 3) || !strncmp(module, "ld.so", 5);
}

const char *module_of_program(const struct call_tree *t)
{
	const char *start = NULL;

	for (size_t i = 0; i < t->node_count; i++) {
		const struct call_node *n = &t->nodes[i];

		if (n->part != PART_PROGRAM || n->kind == CALL_ROOT || module_is_loader(n->module))
			continue;
		if (!strcmp(n->name, "main"))
			return n->module;
		if (!start && !strcmp(n->name, "_start"))
			start = n->module;
	}
	return start;
}

#define PROGRAM "/" /* stands for its module: no file has this name */

/* A node, by what its function is known by. */
struct known {
	const char *name, *module;
	size_t module_length; /* without the version */
	size_t node;
	int side;
};

static size_t length_without_version(const char *module)
{
	const char *so = strstr(module, ".so");

	return so ? (size_t)(so - module) + 3 : strlen(module);
}

bool module_same(const char *a, const char *b)
{
	size_t length;

	if (!a || !b)
		return a == b;
	length = length_without_version(a);
	return length == length_without_version(b) && !memcmp(a, b, length);
}

bool function_ids__same_module(const struct function_id *a, const struct function_id *b)
{
	if (a->of_program || b->of_program)
		return a->of_program == b->of_program;
	return module_same(a->module, b->module);
}

static struct known known_by(const struct call_tree *t, size_t node, int side, const char *program)
{
	const struct call_node *n = &t->nodes[node];
	struct known k = {n->name, n->module, 0, node, side};

	if (!strncmp(n->name, "0x", 2))
		k.name = FUNCTION_UNRESOLVED;
	if (program && !strcmp(n->module, program))
		k.module = PROGRAM;
	k.module_length = length_without_version(k.module);
	return k;
}

static int compare_functions(const struct known *x, const struct known *y)
{
	int order = strcmp(x->name, y->name);

	if (order)
		return order;
	if (x->module_length != y->module_length)
		return x->module_length < y->module_length ? -1 : 1;
	return memcmp(x->module, y->module, x->module_length);
}

static int compare_known(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int order = compare_functions(x, y);

	return order ? order : x->side - y->side;
}

static void number(struct function_ids *f, const struct call_tree *const trees[2],
		   const struct known *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct known *k = &all[i];
		struct function_id *function;

		if (i == 0 || compare_functions(&all[i - 1], k))
			f->all[f->count++] = (struct function_id){0};
		function = &f->all[f->count - 1];
		function->name = k->name;
		function->module = trees[k->side]->nodes[k->node].module;
		function->of_program = !strcmp(k->module, PROGRAM);
		function->in[k->side] = true;
		f->of[k->side][k->node] = f->count - 1;
	}
}

int function_ids__make(struct function_ids *f, const struct call_tree *a, const struct call_tree *b)
{
	const struct call_tree *const trees[2] = {a, b};
	size_t count = a->node_count + (b ? b->node_count : 0), n = 0;
	struct known *all = calloc(count + 1, sizeof(*all));

	*f = (struct function_ids){.all = calloc(count + 1, sizeof(*f->all))};
	for (int side = 0; side < 2 && trees[side]; side++)
		f->of[side] = calloc(trees[side]->node_count + 1, sizeof(**f->of));
	if (!all || !f->all || !f->of[0] || (b && !f->of[1])) {
		free(all);
		function_ids__free(f);
		return -ENOMEM;
	}
	for (int side = 0; side < 2 && trees[side]; side++) {
		const char *program = module_of_program(trees[side]);

		for (size_t i = 0; i < trees[side]->node_count; i++) {
			f->of[side][i] = FUNCTION_NONE;
			if (trees[side]->nodes[i].kind != CALL_ROOT)
				all[n++] = known_by(trees[side], i, side, program);
		}
	}
	qsort(all, n, sizeof(*all), compare_known);
	number(f, trees, all, n);
	free(all);
	return 0;
}

void function_ids__free(struct function_ids *f)
{
	free(f->all);
	free(f->of[0]);
	free(f->of[1]);
	*f = (struct function_ids){0};
}
