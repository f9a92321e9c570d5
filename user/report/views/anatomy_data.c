// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/views/anatomy_data.h"

#include <stdlib.h>

#include "user/analysis/calls/by_function.h"
#include "user/analysis/calls/walk.h"
#include "user/report/anatomy.h"
#include "user/text/json.h"

/* All anatomies of the report, in the order of the runs. */
struct place {
	size_t run;
	const struct call_tree *tree;
};

struct places {
	struct place *v;
	size_t n;
};

/* The columns of a tree, in the order of a walk. */
struct columns {
	json_t *depth, *function, *kind, *calls, *own, *total;
};

static void add_node(struct columns *c, const struct call_node *node, size_t depth, size_t function)
{
	c->depth = json__push(c->depth, json_integer((json_int_t)depth));
	c->function = json__push(c->function, json_integer(function == CALL_NO_FUNCTION
								   ? -1 - (json_int_t)node->part
								   : (json_int_t)function));
	c->kind = json__push(c->kind, json_integer(node->kind));
	c->calls = json__push(c->calls, json_integer(node->calls));
	c->own = json__push(c->own, json_integer(node->own));
	c->total = json__push(c->total, json_integer(node->total));
}

static json_t *nodes_data(const struct call_tree *t, const struct call_functions *f)
{
	struct columns c = {json_array(), json_array(), json_array(),
			    json_array(), json_array(), json_array()};
	struct call_walk w;
	int err = call_walk__init(&w, t);

	for (size_t i = 0; i < w.n && !err; i++)
		add_node(&c, &t->nodes[w.order[i]], w.depth[w.order[i]], f->of[w.order[i]]);
	call_walk__free(&w);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "depth", c.depth, "function", c.function,
			 "kind", c.kind, "calls", c.calls, "own", c.own, "total", c.total);
}

/* The modules of all trees, by their numbers: a handful. */
struct modules {
	json_t *names;
};

static json_t *module_number(struct modules *m, const char *name)
{
	json_t *text = json__text(name);
	size_t i = 0;

	while (text && i < json_array_size(m->names) &&
	       !json_equal(json_array_get(m->names, i), text))
		i++;
	if (text && i == json_array_size(m->names))
		m->names = json__push(m->names, text);
	else
		json_decref(text);
	return text ? json_integer((json_int_t)i) : NULL;
}

static json_t *tree_data(const struct call_tree *t, struct modules *m)
{
	json_t *names = json_array(), *modules = json_array(), *tree = NULL;
	struct call_functions f;

	if (!call_functions__init(&f, t)) {
		for (size_t i = 0; i < f.n; i++) {
			names = json__push(names, json__text(f.v[i].name));
			modules = json__push(modules, module_number(m, f.v[i].module));
		}
		tree = json__put(nodes_data(t, &f), "names", names);
		tree = json__put(tree, "modules", modules);
	}
	call_functions__free(&f);
	return tree;
}

/* The names of a pair's functions by their numbers, and the numbers by the names. */
struct names {
	json_t *all, *numbers;
};

static json_t *name_number(struct names *n, const char *name)
{
	json_t *text = json__text(name), *number;

	if (!text)
		return NULL;
	number = json_object_get(n->numbers, json_string_value(text));
	if (number) {
		json_decref(text);
		return json_incref(number);
	}
	number = json_integer((json_int_t)json_array_size(n->all));
	n->numbers = json__put(n->numbers, json_string_value(text), json_incref(number));
	n->all = json__push(n->all, text);
	return number;
}

/* The columns of two trees laid on each other: of each path, a side at a time. */
static const char *const pair_columns[] = {
	"parent", "name",    "module",	"kind",	 "calls_a",
	"own_a",  "total_a", "calls_b", "own_b", "total_b",
};

#define PAIR_COLUMNS (sizeof(pair_columns) / sizeof(pair_columns[0]))

static json_t *figure(bool has, int64_t value)
{
	return has ? json_integer(value) : json_null();
}

static void add_path(json_t **columns, const struct path_change *p, struct names *names,
		     struct modules *m)
{
	const struct call_change *c = &p->change;
	json_t *values[PAIR_COLUMNS] = {
		json_integer(p->parent == CALL_NO_PARENT ? -1 : (json_int_t)p->parent),
		p->kind == CALL_ROOT ? json_integer(-1 - (json_int_t)p->part)
				     : name_number(names, c->name),
		module_number(m, p->kind == CALL_ROOT ? "" : c->module),
		json_integer(p->kind),
		figure(c->in_a, c->a.calls),
		figure(c->in_a, c->a.own),
		figure(c->in_a, c->a.total),
		figure(c->in_b, c->b.calls),
		figure(c->in_b, c->b.own),
		figure(c->in_b, c->b.total),
	};

	for (size_t i = 0; i < PAIR_COLUMNS; i++)
		columns[i] = json__push(columns[i], values[i]);
}

/* What paths became, if that is a guess, by their numbers. */
static json_t *add_guess(json_t *guesses, size_t path, const struct call_change *c)
{
	struct strbuf text = {0};
	char number[24];

	if (c->guess == GUESS_NONE)
		return guesses;
	snprintf(number, sizeof(number), "%zu", path);
	anatomy_add_guess(c, &text);
	guesses = json__put(guesses, number, json__text(strbuf__text(&text)));
	strbuf__free(&text);
	return guesses;
}

static json_t *pair_data(const struct tree_diff *d, struct modules *m)
{
	struct names names = {json_array(), json_object()};
	json_t *columns[PAIR_COLUMNS], *guesses = json_object(), *pair = json_object();

	for (size_t i = 0; i < PAIR_COLUMNS; i++)
		columns[i] = json_array();
	for (size_t i = 0; i < d->path_count; i++) {
		add_path(columns, &d->paths[i], &names, m);
		guesses = add_guess(guesses, i, &d->paths[i].change);
	}
	for (size_t i = 0; i < PAIR_COLUMNS; i++)
		pair = json__put(pair, pair_columns[i], columns[i]);
	pair = json__put(pair, "names", names.all);
	json_decref(names.numbers);
	return json__put(pair, "guesses", guesses);
}

static bool comparable(const struct report *p, const struct place *a, const struct place *b)
{
	return a->run != b->run && anatomy_same_cell(a->tree, b->tree) &&
	       run__same_unit(p->runs[a->run].run, p->runs[b->run].run);
}

/* Of the anatomies of a cell each and the next, and the first and the last: what a page compares.
 */
static bool is_pair(const struct report *p, const struct places *all, size_t a, size_t b)
{
	bool first = true, last = true, next = true;

	if (!comparable(p, &all->v[a], &all->v[b]))
		return false;
	for (size_t i = 0; i < all->n; i++) {
		if (i == a || i == b || !comparable(p, &all->v[a], &all->v[i]))
			continue;
		first &= i > a;
		last &= i < b;
		next &= i < a || i > b;
	}
	return next || (first && last);
}

static json_t *pairs_data(const struct report *p, const struct places *all, struct modules *m)
{
	json_t *pairs = json_array();

	for (size_t a = 0; a < all->n; a++) {
		for (size_t b = a + 1; b < all->n; b++) {
			struct tree_diff d;
			json_t *pair = NULL;

			if (!is_pair(p, all, a, b))
				continue;
			if (!tree_diff__make(&d, all->v[a].tree, all->v[b].tree))
				pair = pair_data(&d, m);
			tree_diff__free(&d);
			pair = json__put(pair, "from", json_integer((json_int_t)a));
			pair = json__put(pair, "to", json_integer((json_int_t)b));
			pairs = json__push(pairs, pair);
		}
	}
	return pairs;
}

static json_t *place_data(const struct report *p, const struct place *place, struct modules *m)
{
	json_t *tree = tree_data(place->tree, m);
	struct strbuf label = {0};

	anatomy_add_label(&p->runs[place->run], place->tree, &label);
	tree = json__put(tree, "run", json_integer((json_int_t)place->run));
	tree = json__put(tree, "label", json__text(strbuf__text(&label)));
	strbuf__free(&label);
	return tree;
}

static json_t *places_data(const struct report *p, const struct places *all)
{
	struct modules m = {json_array()};
	json_t *trees = json_array(), *parts = json_array(), *pairs, *data;

	for (size_t i = 0; i < all->n; i++)
		trees = json__push(trees, place_data(p, &all->v[i], &m));
	for (int part = 0; part < PART_COUNT; part++)
		parts = json__push(parts, json_string(anatomy_part_title(part)));
	pairs = pairs_data(p, all, &m);
	data = json__put(json_object(), "parts", parts);
	data = json__put(data, "beside", json_integer(PART_INTERRUPTS));
	data = json__put(data, "modules", m.names);
	data = json__put(data, "trees", trees);
	return json__put(data, "pairs", pairs);
}

json_t *anatomy_data(const struct report *p)
{
	struct places all = {0};
	json_t *data;

	for (size_t i = 0; i < p->count; i++)
		all.n += p->runs[i].run->anatomy_count;
	if (!all.n)
		return json_null();
	all.v = calloc(all.n, sizeof(*all.v));
	if (!all.v)
		return NULL;
	all.n = 0;
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->runs[i].run->anatomy_count; k++)
			all.v[all.n++] = (struct place){i, &p->runs[i].run->anatomies[k]};
	data = places_data(p, &all);
	free(all.v);
	return data;
}
