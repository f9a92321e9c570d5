// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the static libelf and libdw of elfutils 0.192 (Debian 13) call, and only the shared ones
 * have: a tree of tsearch(3). Without its lock: no two threads use these libraries here.
 * USER_STATIC_LIBS of the Makefile asks the linker for them; a dynamic program does not use them.
 */
#include <search.h>
#include <stddef.h>

/* It begins with the root; a lock follows. */
struct search_tree {
	void *root;
};

typedef int (*compare_fn)(const void *, const void *);

void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn compare);
void *eu_tfind(const void *key, struct search_tree *tree, compare_fn compare);
void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn compare);
void eu_tdestroy(struct search_tree *tree, void (*free_node)(void *));
void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

void *eu_tsearch(const void *key, struct search_tree *tree, compare_fn compare)
{
	return tsearch(key, &tree->root, compare);
}

void *eu_tfind(const void *key, struct search_tree *tree, compare_fn compare)
{
	return tfind(key, &tree->root, compare);
}

void *eu_tdelete(const void *key, struct search_tree *tree, compare_fn compare)
{
	return tdelete(key, &tree->root, compare);
}

void eu_tdestroy(struct search_tree *tree, void (*free_node)(void *))
{
	tdestroy(tree->root, free_node);
	tree->root = NULL;
}

void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	eu_tdestroy(tree, free_node);
}
