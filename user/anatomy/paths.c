// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/paths.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/model/memory.h"

/* Where a task's end begins, in all kernels. */
#define EXIT_FUNCTION "do_exit"

/* What is known of the nodes and blocks in one part, and one program. */
struct paths_context {
	enum call_part part;
	unsigned int program;
	bool *used;	       /* by node */
	uint32_t *of_node;     /* their path */
	size_t placed;	       /* so many nodes have one */
	struct place *targets; /* by node: what was called */
	struct place *blocks;  /* by block */
};

void paths__init(struct paths *p, const struct raw *raw, const struct symbols *symbols,
		 struct call_tree *tree)
{
	*p = (struct paths){.raw = raw, .symbols = symbols, .tree = tree};
	for (int i = 0; i < PART_COUNT; i++)
		p->roots[i] = NO_PATH;
}

void paths__free(struct paths *p)
{
	for (size_t i = 0; i < p->context_count; i++) {
		free(p->contexts[i].used);
		free(p->contexts[i].of_node);
		free(p->contexts[i].targets);
		free(p->contexts[i].blocks);
	}
	free(p->contexts);
	free(p->v);
	*p = (struct paths){0};
}

static struct paths_context *add_context(struct paths *p, const struct raw_place *at)
{
	struct paths_context *grown = array_grow(p->contexts, p->context_count, sizeof(*grown));
	struct paths_context c = {.part = at->part, .program = at->program};

	if (grown)
		p->contexts = grown;
	c.used = calloc(p->raw->node_count + 1, sizeof(*c.used));
	c.of_node = calloc(p->raw->node_count + 1, sizeof(*c.of_node));
	c.targets = calloc(p->raw->node_count + 1, sizeof(*c.targets));
	c.blocks = calloc(p->raw->block_count + 1, sizeof(*c.blocks));
	if (!grown || !c.used || !c.of_node || !c.targets || !c.blocks) {
		free(c.used);
		free(c.of_node);
		free(c.targets);
		free(c.blocks);
		p->no_memory = true;
		return NULL;
	}
	grown[p->context_count] = c;
	return &grown[p->context_count++];
}

/* NULL: out of memory. */
static struct paths_context *context_of(struct paths *p, const struct raw_place *at)
{
	for (size_t i = 0; i < p->context_count; i++)
		if (p->contexts[i].part == at->part && p->contexts[i].program == at->program)
			return &p->contexts[i];
	return add_context(p, at);
}

void paths__note(struct paths *p, const struct raw_place *at, uint32_t node)
{
	struct paths_context *c = context_of(p, at);

	if (c)
		c->used[node] = true;
}

/* What stands at an address, with names that the tree keeps. */
static struct place resolve(struct paths *p, const struct paths_context *c, uint64_t address)
{
	struct symbol s = symbols__find(p->symbols, c->program, address);
	struct place f = {
		.start = s.start, .fragment = s.fragment, .stub = s.stub, .unresolved = !s.name};
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	f.name = call_tree__name(p->tree, s.name ? s.name : text);
	f.module = call_tree__name(p->tree, s.module);
	if (!f.name || !f.module) {
		p->no_memory = true;
		f.name = f.module = "";
	}
	return f;
}

static const struct place *target_of(struct paths *p, struct paths_context *c, uint32_t node)
{
	if (!c->targets[node].name)
		c->targets[node] = resolve(p, c, p->raw->nodes[node].target);
	return &c->targets[node];
}

static const struct place *block_of(struct paths *p, struct paths_context *c, uint32_t block)
{
	if (!c->blocks[block].name)
		c->blocks[block] = resolve(p, c, p->raw->blocks[block].address);
	return &c->blocks[block];
}

static uint32_t add_path(struct paths *p, const struct path *path)
{
	struct path *grown = array_grow(p->v, p->n, sizeof(*grown));

	if (!grown || p->n == NO_PATH) {
		p->no_memory = true;
		return NO_PATH;
	}
	p->v = grown;
	grown[p->n] = *path;
	return (uint32_t)p->n++;
}

static uint32_t root_of(struct paths *p, enum call_part part)
{
	struct path root = {.parent = NO_PATH,
			    .child = NO_PATH,
			    .sibling = NO_PATH,
			    .kind = CALL_ROOT,
			    .part = part};

	if (p->roots[part] != NO_PATH)
		return p->roots[part];
	root.name = call_tree__name(p->tree, call_part_name(part));
	root.module = call_tree__name(p->tree, "");
	if (!root.name || !root.module) {
		p->no_memory = true;
		return NO_PATH;
	}
	p->roots[part] = add_path(p, &root);
	return p->roots[part];
}

/*
 * The path one call further. A function that calls itself stays one: so do its fragments, which
 * compilers make of it. A stub counts as its caller's, and what is too deep as its last caller's.
 */
static uint32_t child_of(struct paths *p, uint32_t parent, const struct place *f,
			 enum call_kind kind)
{
	struct path child;
	uint32_t i;

	if (parent == NO_PATH || f->stub || p->v[parent].depth == CALL_DEPTH_MAX ||
	    (kind == CALL_CALL && p->v[parent].name == f->name && p->v[parent].module == f->module))
		return parent;
	for (i = p->v[parent].child; i != NO_PATH; i = p->v[i].sibling)
		if (p->v[i].name == f->name && p->v[i].module == f->module && p->v[i].kind == kind)
			return i;
	child = (struct path){.parent = parent,
			      .child = NO_PATH,
			      .sibling = p->v[parent].child,
			      .depth = p->v[parent].depth + 1,
			      .name = f->name,
			      .module = f->module,
			      .unresolved = f->unresolved,
			      .kind = kind,
			      .part = p->v[parent].part};
	i = add_path(p, &child);
	if (i != NO_PATH)
		p->v[parent].child = i;
	return i;
}

static bool is_same(const struct place *a, const struct place *b)
{
	/* Of a program without symbols only what is called is known. */
	return a->module == b->module && (a->name == b->name || b->unresolved);
}

static enum call_kind kind_of(enum raw_kind kind)
{
	static const enum call_kind kinds[] = {
		[RAW_TASK] = CALL_CALL,		  [RAW_CALL] = CALL_CALL,
		[RAW_SYSCALL] = CALL_SYSCALL,	  [RAW_EXCEPTION] = CALL_EXCEPTION,
		[RAW_INTERRUPT] = CALL_INTERRUPT, [RAW_SIGNAL] = CALL_SIGNAL,
	};

	return kinds[kind];
}

static bool begins_exit(const struct paths_context *c, const struct place *f)
{
	return (c->part == PART_CHILD || c->part == PART_PROGRAM) &&
	       !strcmp(f->module, SYMBOLS_KERNEL_NAME) && !strcmp(f->name, EXIT_FUNCTION);
}

/* The path of a node whose caller has one, or has none. */
static uint32_t place_node(struct paths *p, struct paths_context *c, uint32_t node)
{
	const struct raw_node *n = &p->raw->nodes[node];
	uint32_t parent = n->parent ? c->of_node[n->parent] : NO_PATH;
	const struct place *f;
	struct place site;

	if (n->kind == RAW_INTERRUPT)
		parent = root_of(p, PART_INTERRUPTS);
	else if (!n->parent)
		parent = root_of(p, c->part);
	if (!c->used[node])
		return parent;
	f = target_of(p, c, node);
	if (begins_exit(c, f)) {
		parent = root_of(p, PART_EXIT);
	} else if (n->parent && n->kind != RAW_INTERRUPT && c->used[n->parent] && n->site) {
		/* The caller may have jumped to the function that calls. */
		site = resolve(p, c, n->site);
		if (!is_same(target_of(p, c, n->parent), &site))
			parent = child_of(p, parent, &site, CALL_CALL);
	}
	return child_of(p, parent, f, kind_of(n->kind));
}

/* Callers have lesser numbers, so all up to this one are placed. */
static uint32_t find_node(struct paths *p, struct paths_context *c, uint32_t node)
{
	for (; c->placed <= node && !p->no_memory; c->placed++)
		if (p->raw->nodes[c->placed].kind)
			c->of_node[c->placed] = place_node(p, c, (uint32_t)c->placed);
	return p->no_memory ? NO_PATH : c->of_node[node];
}

uint32_t paths__of_block(struct paths *p, const struct raw_place *at, uint32_t node, uint32_t block)
{
	struct paths_context *c = context_of(p, at);
	uint32_t path = c ? find_node(p, c, node) : NO_PATH;
	const struct place *f;

	if (path == NO_PATH)
		return NO_PATH;
	f = block_of(p, c, block);
	return is_same(target_of(p, c, node), f) ? path : child_of(p, path, f, CALL_CALL);
}

uint32_t paths__of_node(struct paths *p, const struct raw_place *at, uint32_t node)
{
	struct paths_context *c = context_of(p, at);
	uint32_t parent = p->raw->nodes[node].parent, path = c ? find_node(p, c, node) : NO_PATH;

	if (path == NO_PATH || target_of(p, c, node)->stub)
		return NO_PATH;
	/* A function that goes on in its own fragment is not entered again. */
	if (target_of(p, c, node)->fragment && parent && c->of_node[parent] == path)
		return NO_PATH;
	return path;
}

bool paths__is_jump(struct paths *p, const struct raw_place *at, uint32_t node, uint32_t block)
{
	struct paths_context *c = context_of(p, at);
	const struct place *f = c ? block_of(p, c, block) : NULL;

	return f && !f->stub && !f->fragment && !f->unresolved &&
	       f->start == p->raw->blocks[block].address && !is_same(target_of(p, c, node), f);
}
