// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Lays two trees on each other, level by level: below a path that both have, children of the same
 * function are one path. What then is left of one side only may be a guess (tree_diff.h).
 */
#include "user/analysis/calls/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE SIZE_MAX

/* A node of a tree that waits for its path. */
struct item {
	uint32_t function;
	enum call_kind kind;
	int side;
	size_t node;
};

/* Items of one function, A's first: one path. */
struct group {
	const struct item *items;
	size_t count[2];
	bool done;
};

struct merger {
	const struct call_tree *const *trees;
	const struct function_ids *f;
	struct merged *m;
	size_t *child[2], *sibling[2]; /* per node: its first child, the next one; NONE */
	size_t *head[2];	       /* per path: the first of its nodes on a side */
	size_t *next[2];	       /* per node: the next node of its path */
	struct item *items;	       /* children of the path that is worked on */
	size_t item_count, item_room;
	struct group *groups;
	size_t group_count, group_room;
	uint32_t *mark[2]; /* per function: when it was last marked, on a side */
	uint32_t stamp;
};

/* The array with room for one more, perhaps moved. NULL: out of memory, and it stays as it is. */
static void *grow(void *array, size_t *room, size_t count, size_t size)
{
	size_t more = *room ? 2 * *room : 64;

	if (count < *room)
		return array;
	array = reallocarray(array, more, size);
	if (array)
		*room = more;
	return array;
}

static int push_item(struct merger *g, int side, size_t node)
{
	struct item *items = grow(g->items, &g->item_room, g->item_count, sizeof(*items));

	if (!items)
		return -ENOMEM;
	g->items = items;
	items[g->item_count++] = (struct item){
		.function = g->f->of[side][node],
		.kind = g->trees[side]->nodes[node].kind,
		.side = side,
		.node = node,
	};
	return 0;
}

static int push_children(struct merger *g, int side, size_t node)
{
	int err = 0;

	for (size_t c = g->child[side][node]; c != NONE && !err; c = g->sibling[side][c])
		err = push_item(g, side, c);
	return err;
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->side != y->side)
		return x->side - y->side;
	return (x->node > y->node) - (x->node < y->node);
}

static int make_groups(struct merger *g)
{
	struct group *groups;

	g->group_count = 0;
	if (g->item_count == 0)
		return 0;
	qsort(g->items, g->item_count, sizeof(*g->items), compare_items);
	for (size_t i = 0; i < g->item_count; i++) {
		const struct item *item = &g->items[i];

		if (i == 0 || item->function != item[-1].function || item->kind != item[-1].kind) {
			groups = grow(g->groups, &g->group_room, g->group_count, sizeof(*groups));
			if (!groups)
				return -ENOMEM;
			g->groups = groups;
			g->groups[g->group_count++] = (struct group){.items = item};
		}
		g->groups[g->group_count - 1].count[item->side]++;
	}
	return 0;
}

/* The side that alone has it; -1: both do. */
static int only_side(const struct group *group)
{
	return !group->count[1] ? 0 : !group->count[0] ? 1 : -1;
}

static void add_figures(struct call_figures *to, const struct call_node *n)
{
	to->calls += n->calls;
	to->own += n->own;
	to->total += n->total;
}

/* Makes room for a path. 0 or -ENOMEM. */
static int grow_paths(struct merger *g)
{
	struct merged *m = g->m;
	size_t room = m->room;
	void *grown;

	for (int side = 0; side < 2; side++) {
		room = m->room;
		grown = grow(m->functions[side], &room, m->count, sizeof(**m->functions));
		if (!grown)
			return -ENOMEM;
		m->functions[side] = grown;
		room = m->room;
		grown = grow(g->head[side], &room, m->count, sizeof(**g->head));
		if (!grown)
			return -ENOMEM;
		g->head[side] = grown;
	}
	grown = grow(m->paths, &m->room, m->count, sizeof(*m->paths));
	if (!grown)
		return -ENOMEM;
	m->paths = grown;
	return 0;
}

/* An empty path below another one. NULL: out of memory. */
static struct path_change *add_path(struct merger *g, size_t parent, enum call_part part,
				    enum call_kind kind)
{
	struct merged *m = g->m;
	size_t at = m->count;

	if (grow_paths(g))
		return NULL;
	for (int side = 0; side < 2; side++) {
		m->functions[side][at] = FUNCTION_NONE;
		g->head[side][at] = NONE;
	}
	m->paths[at] = (struct path_change){.parent = parent, .kind = kind, .part = part};
	m->count++;
	return &m->paths[at];
}

/* Puts a node on the path: its children will be found there, unless they were lifted. */
static void put_node(struct merger *g, struct path_change *p, const struct item *item, bool lifted)
{
	const struct call_node *n = &g->trees[item->side]->nodes[item->node];
	size_t at = (size_t)(p - g->m->paths);
	int side = item->side;

	p->change.name = item->function == FUNCTION_NONE ? n->name : g->f->all[item->function].name;
	p->change.module = n->module;
	add_figures(side ? &p->change.b : &p->change.a, n);
	*(side ? &p->change.in_b : &p->change.in_a) = true;
	g->m->functions[side][at] = item->function;
	if (lifted)
		return;
	g->next[side][item->node] = g->head[side][at];
	g->head[side][at] = item->node;
}

static struct path_change *put_group(struct merger *g, size_t parent, struct group *group,
				     bool lifted)
{
	struct path_change *p = add_path(g, parent, g->m->paths[parent].part, group->items[0].kind);

	for (size_t i = 0; p && i < group->count[0] + group->count[1]; i++)
		put_node(g, p, &group->items[i], lifted);
	group->done = true;
	return p;
}

/* Whether one name has the other one in it: "dup_mm" and "__dup_mm_locked". */
static bool names_alike(const char *a, const char *b)
{
	a += strspn(a, "_");
	b += strspn(b, "_");
	return strlen(a) >= 4 && strlen(b) >= 4 && (strstr(a, b) || strstr(b, a));
}

/* System calls keep their names. */
static bool may_be_renamed(const struct function_id *f)
{
	return strcmp(f->name, FUNCTION_UNRESOLVED) != 0 && strncmp(f->name, "__x64_sys_", 10) != 0;
}

/* Whether a function on this side may be one on the other side, renamed, by its name. */
static bool may_be(const struct merger *g, uint32_t function, int side, uint32_t other)
{
	const struct function_id *x = &g->f->all[function], *y = &g->f->all[other];

	return !x->in[!side] && !y->in[side] && may_be_renamed(x) && may_be_renamed(y) &&
	       function_ids__same_module(x, y) && names_alike(x->name, y->name);
}

/* Whether the function stands here on the other side alone, perhaps by another name. */
static bool stands_here(const struct merger *g, uint32_t function, int side)
{
	if (g->mark[!side][function] == g->stamp)
		return true;
	if (g->f->all[function].in[!side])
		return false;
	for (size_t i = 0; i < g->group_count; i++) {
		if (only_side(&g->groups[i]) == !side &&
		    may_be(g, function, side, g->groups[i].items[0].function))
			return true;
	}
	return false;
}

/* Whether a callee of the group stands here on the other side. */
static bool has_callee_here(const struct merger *g, const struct group *group, int side)
{
	for (size_t i = 0; i < group->count[side]; i++) {
		size_t c = g->child[side][group->items[i].node];

		for (; c != NONE; c = g->sibling[side][c]) {
			if (stands_here(g, g->f->of[side][c], side))
				return true;
		}
	}
	return false;
}

/*
 * Lifts the callees of a function that one side lacks, where they stand below its caller there.
 * 1: it did, and the groups are to be made again; 0, or -ENOMEM.
 */
static int lift(struct merger *g, size_t parent)
{
	bool rooted = g->m->paths[parent].kind == CALL_ROOT;

	g->stamp++;
	for (size_t i = 0; i < g->group_count && !rooted; i++) {
		int side = only_side(&g->groups[i]);

		if (side >= 0)
			g->mark[side][g->groups[i].items[0].function] = g->stamp;
	}
	for (size_t i = 0; i < g->group_count && !rooted; i++) {
		struct group *group = &g->groups[i];
		int side = only_side(group);
		struct path_change *p;
		size_t from = (size_t)(group->items - g->items);

		if (side < 0 || !has_callee_here(g, group, side))
			continue;
		p = put_group(g, parent, group, true);
		if (!p)
			return -ENOMEM;
		p->change.guess = side ? GUESS_SPLIT : GUESS_INLINED;
		p->change.other = g->m->paths[parent].change.name;
		/* The array may move: the groups are not used any more. */
		for (size_t k = from; k < from + group->count[side]; k++) {
			if (push_children(g, side, g->items[k].node))
				return -ENOMEM;
		}
		memmove(&g->items[from], &g->items[from + group->count[side]],
			(g->item_count - from - group->count[side]) * sizeof(*g->items));
		g->item_count -= group->count[side];
		return 1;
	}
	return 0;
}

static int64_t total_of(const struct merger *g, const struct group *group, int side)
{
	int64_t total = 0;

	for (size_t i = 0; i < group->count[side]; i++)
		total += g->trees[side]->nodes[group->items[i].node].total;
	return total;
}

/* Callees that both have. Those of A are marked. */
static int common_callees(const struct merger *g, const struct group *b)
{
	int common = 0;

	for (size_t i = 0; i < b->count[1]; i++) {
		size_t c = g->child[1][b->items[i].node];

		for (; c != NONE; c = g->sibling[1][c])
			common += g->mark[0][g->f->of[1][c]] == g->stamp;
	}
	return common;
}

static void mark_callees(struct merger *g, const struct group *a)
{
	g->stamp++;
	for (size_t i = 0; i < a->count[0]; i++) {
		size_t c = g->child[0][a->items[i].node];

		for (; c != NONE; c = g->sibling[0][c])
			g->mark[0][g->f->of[0][c]] = g->stamp;
	}
}

/* Of no other name on the other side, anywhere. */
static bool is_unmatched(const struct merger *g, const struct group *group, int side)
{
	return !group->done && only_side(group) == side &&
	       group->items[0].function != FUNCTION_NONE &&
	       !g->f->all[group->items[0].function].in[!side];
}

/* How much speaks for that B's group is A's, renamed; 0: nothing. A's callees are marked. */
static int likeness(const struct merger *g, const struct group *a, const struct group *b,
		    bool alone)
{
	const struct function_id *x = &g->f->all[a->items[0].function];
	const struct function_id *y = &g->f->all[b->items[0].function];
	int64_t total_a, total_b;
	int score = 4 * common_callees(g, b) + 2 * names_alike(x->name, y->name);

	if (a->items[0].kind != b->items[0].kind || !may_be_renamed(x) || !may_be_renamed(y) ||
	    !function_ids__same_module(x, y))
		return 0;
	total_a = total_of(g, a, 0);
	total_b = total_of(g, b, 1);
	return score + (alone && total_a <= 2 * total_b && total_b <= 2 * total_a);
}

static int rename_group(struct merger *g, size_t parent, struct group *a, bool alone)
{
	struct group *best = NULL;
	struct path_change *p;
	int most = 0;

	mark_callees(g, a);
	for (size_t i = 0; i < g->group_count; i++) {
		struct group *b = &g->groups[i];
		int score = is_unmatched(g, b, 1) ? likeness(g, a, b, alone) : 0;

		if (score > most) {
			most = score;
			best = b;
		}
	}
	if (!best)
		return 0;
	p = put_group(g, parent, a, false);
	if (!p)
		return -ENOMEM;
	p->change.guess = GUESS_RENAMED;
	p->change.other = p->change.name;
	for (size_t i = 0; i < best->count[1]; i++)
		put_node(g, p, &best->items[i], false);
	best->done = true;
	return 0;
}

static int rename_groups(struct merger *g, size_t parent)
{
	size_t left[2] = {0, 0};
	int err = 0;

	for (size_t i = 0; i < g->group_count; i++) {
		left[0] += is_unmatched(g, &g->groups[i], 0);
		left[1] += is_unmatched(g, &g->groups[i], 1);
	}
	for (size_t i = 0; i < g->group_count && left[1] > 0 && !err; i++) {
		if (is_unmatched(g, &g->groups[i], 0))
			err = rename_group(g, parent, &g->groups[i], left[0] == 1 && left[1] == 1);
	}
	return err;
}

/* Makes the paths below this one. */
static int expand(struct merger *g, size_t parent)
{
	int err = 0, lifted = 1;

	g->item_count = 0;
	for (int side = 0; side < 2; side++) {
		for (size_t n = g->head[side][parent]; n != NONE && !err; n = g->next[side][n])
			err = push_children(g, side, n);
	}
	while (!err && lifted == 1) {
		err = make_groups(g);
		lifted = err ? err : lift(g, parent);
		err = lifted < 0 ? lifted : err;
	}
	if (!err)
		err = rename_groups(g, parent);
	for (size_t i = 0; i < g->group_count && !err; i++) {
		if (!g->groups[i].done && !put_group(g, parent, &g->groups[i], false))
			err = -ENOMEM;
	}
	return err;
}

/* A root for each part that a side has. */
static int add_roots(struct merger *g)
{
	for (enum call_part part = 0; part < PART_COUNT; part++) {
		struct path_change *p = NULL;

		for (int side = 0; side < 2; side++) {
			for (size_t i = 0; i < g->trees[side]->node_count; i++) {
				const struct call_node *n = &g->trees[side]->nodes[i];
				struct item item = {FUNCTION_NONE, CALL_ROOT, side, i};

				if (n->kind != CALL_ROOT || n->part != part)
					continue;
				p = p ? p : add_path(g, CALL_NO_PARENT, part, CALL_ROOT);
				if (!p)
					return -ENOMEM;
				put_node(g, p, &item, false);
			}
		}
	}
	return 0;
}

/* Lists the children of each node, in their order. */
static int index_children(struct merger *g, int side)
{
	const struct call_tree *t = g->trees[side];
	size_t *child = calloc(t->node_count + 1, sizeof(*child));
	size_t *sibling = calloc(t->node_count + 1, sizeof(*sibling));

	g->child[side] = child;
	g->sibling[side] = sibling;
	g->next[side] = calloc(t->node_count + 1, sizeof(**g->next));
	g->mark[side] = calloc((size_t)g->f->count + 1, sizeof(**g->mark));
	if (!child || !sibling || !g->next[side] || !g->mark[side])
		return -ENOMEM;
	for (size_t i = 0; i < t->node_count; i++)
		child[i] = sibling[i] = NONE;
	for (size_t i = t->node_count; i-- > 0;) {
		size_t parent = t->nodes[i].parent;

		if (parent == CALL_NO_PARENT)
			continue;
		sibling[i] = child[parent];
		child[parent] = i;
	}
	return 0;
}

int merge_trees(struct merged *m, const struct call_tree *const trees[2],
		const struct function_ids *f)
{
	struct merger g = {.trees = trees, .f = f, .m = m};
	int err;

	*m = (struct merged){0};
	err = index_children(&g, 0);
	if (!err)
		err = index_children(&g, 1);
	if (!err)
		err = add_roots(&g);
	for (size_t i = 0; i < m->count && !err; i++)
		err = expand(&g, i);
	for (int side = 0; side < 2; side++) {
		free(g.child[side]);
		free(g.sibling[side]);
		free(g.head[side]);
		free(g.next[side]);
		free(g.mark[side]);
	}
	free(g.items);
	free(g.groups);
	return err;
}
