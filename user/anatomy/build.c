// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/anatomy/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/cycles.h"
#include "user/anatomy/phases.h"
#include "user/anatomy/sums.h"

/* Of each path what it and all below it executed, by birth as in the sums. NULL: out of memory. */
static int64_t *add_totals(const struct sums *s)
{
	size_t n = s->births->n;
	int64_t *total = malloc((s->paths.n * n + 1) * sizeof(*total));

	if (!total)
		return NULL;
	memcpy(total, s->own, s->paths.n * n * sizeof(*total));
	for (size_t i = s->paths.n; i-- > 0;)
		for (size_t b = 0; b < n && s->paths.v[i].parent != NO_PATH; b++)
			total[s->paths.v[i].parent * n + b] += total[i * n + b];
	return total;
}

/* Of every step-th value from `first` on. */
static int64_t median_of(const int64_t *first, size_t step, size_t n, int64_t *room)
{
	for (size_t b = 0; b < n; b++)
		room[b] = first[b * step];
	return sums_median(room, n);
}

static void set_metrics(struct call_node *node, const struct sums *s, size_t path, int64_t *room)
{
	size_t count = s->raw->metric_count, n = s->births->n;

	for (size_t k = 0; k < count; k++)
		if (s->raw->metrics[k] >= 0)
			node->metrics[s->raw->metrics[k]] =
				median_of(s->metrics + path * n * count + k, count, n, room);
}

/* The larger total first; then by name, so that the order is always the same. */
static int compare_nodes(const void *a, const void *b, void *context)
{
	const struct call_node *nodes = context;
	const struct call_node *x = &nodes[*(const uint32_t *)a], *y = &nodes[*(const uint32_t *)b];
	int order;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	order = strcmp(x->name, y->name);
	order = order ? order : strcmp(x->module, y->module);
	return order ? order : (int)x->kind - (int)y->kind;
}

struct ordering {
	const struct paths *paths;
	struct call_node *nodes; /* by path */
	struct call_tree *t;
	uint32_t *children; /* of all paths that are being written */
	size_t depth;
};

/* Writes a path with what it calls; what no birth but a few has, is left out. */
static void write_path(struct ordering *o, uint32_t path, size_t parent)
{
	size_t first = o->depth, n = 0, at = o->t->node_count;

	o->t->nodes[at] = o->nodes[path];
	o->t->nodes[at].parent = parent;
	o->t->node_count++;
	for (uint32_t i = o->paths->v[path].child; i != NO_PATH; i = o->paths->v[i].sibling)
		if (o->nodes[i].total || o->nodes[i].calls)
			o->children[first + n++] = i;
	qsort_r(o->children + first, n, sizeof(*o->children), compare_nodes, o->nodes);
	o->depth += n;
	for (size_t i = 0; i < n; i++)
		write_path(o, o->children[first + i], at);
	o->depth = first;
}

static void set_nodes(struct call_node *nodes, const struct sums *s, const int64_t *total,
		      int64_t *room)
{
	size_t n = s->births->n;

	for (size_t i = 0; i < s->paths.n; i++) {
		const struct path *p = &s->paths.v[i];

		nodes[i] = (struct call_node){.name = p->name,
					      .module = p->module,
					      .kind = p->kind,
					      .part = p->part,
					      .calls = median_of(s->calls + i * n, 1, n, room),
					      .own = median_of(s->own + i * n, 1, n, room),
					      .total = median_of(total + i * n, 1, n, room)};
		set_metrics(&nodes[i], s, i, room);
		if (p->kind == CALL_ROOT)
			nodes[i].calls = 1;
	}
}

static int64_t unresolved_of(const struct sums *s, int64_t *room)
{
	size_t n = s->births->n;

	memset(room, 0, n * sizeof(*room));
	for (size_t i = 0; i < s->paths.n; i++)
		for (size_t b = 0; b < n && s->paths.v[i].unresolved; b++)
			room[b] += s->own[i * n + b];
	return sums_median(room, n);
}

static int make_tree(struct call_tree *t, const struct sums *s)
{
	int64_t *total = add_totals(s), *room = calloc(s->births->n, sizeof(*room));
	struct ordering o = {.paths = &s->paths, .t = t};

	o.nodes = calloc(s->paths.n + 1, sizeof(*o.nodes));
	o.children = calloc(s->paths.n + 1, sizeof(*o.children));
	t->nodes = calloc(s->paths.n + 1, sizeof(*t->nodes));
	if (total && room && o.nodes && o.children && t->nodes) {
		set_nodes(o.nodes, s, total, room);
		t->unresolved = unresolved_of(s, room);
		for (int i = 0; i < PART_COUNT; i++)
			if (s->paths.roots[i] != NO_PATH && o.nodes[s->paths.roots[i]].total)
				write_path(&o, s->paths.roots[i], CALL_NO_PARENT);
	}
	free(total);
	free(room);
	free(o.nodes);
	free(o.children);
	return t->node_count ? 0 : -ENOMEM;
}

int anatomy_build(struct call_tree *t, const struct raw *raw, const struct raw_births *births,
		  const struct symbols *symbols, struct fault *why)
{
	struct sums s;
	int err = sums__make(&s, raw, births, symbols, t);

	t->births = births->n;
	for (size_t k = 0; k < raw->metric_count; k++)
		if (raw->metrics[k] >= 0)
			t->has[raw->metrics[k]] = true;
	if (!err)
		err = make_tree(t, &s);
	if (!err)
		err = anatomy_phases(t, &s);
	if (!err)
		call_tree__estimate_cycles(t);
	sums__free(&s);
	return err ? fault__set(why, err, "%s", strerror(-err)) : 0;
}
