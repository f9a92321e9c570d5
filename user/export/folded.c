// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/export/folded.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/walk.h"
#include "user/export/format.h"
#include "user/model/cell_name.h"
#include "user/text/strbuf.h"

static void add_frame(struct strbuf *line, const char *name)
{
	struct strbuf escaped = {0};

	strbuf__add_escaped(&escaped, name);
	line->failed |= escaped.failed;
	for (const char *c = strbuf__text(&escaped); *c; c++) {
		if (*c == ';' || *c == ' ')
			strbuf__add(line, "\\x%02x", (unsigned char)*c);
		else
			strbuf__add_bytes(line, c, 1);
	}
	strbuf__add(line, ";");
	strbuf__free(&escaped);
}

static void add_stack(struct strbuf *line, const struct stack *s)
{
	const char *frames[STACK_FRAMES_MAX];
	const char *frame = s->frames;
	size_t n;

	for (n = 0; n < s->count && n < STACK_FRAMES_MAX; n++) {
		frames[n] = frame;
		frame += strlen(frame) + 1;
	}
	while (n > 0)
		add_frame(line, frames[--n]);
}

static int64_t weight_of(const struct group *g, enum folded_weight weight)
{
	return weight == FOLDED_BIRTHS ? (int64_t)g->counts.births : llrint(g->call.sum / 1000);
}

static int write_group(const struct group *g, int64_t weight, bool has_method, FILE *out)
{
	struct strbuf line = {0};
	int err;

	if (weight <= 0)
		return 0;
	if (g->stack)
		add_stack(&line, g->stack);
	else
		add_frame(&line, g->label);
	/* Of the groups that are not kept apart, nor are the methods. */
	strbuf__add(&line, "[%s] %" PRId64 "\n", has_method ? method_name(g->key.method) : "others",
		    weight);
	err = line.failed ? -ENOMEM : fputs(strbuf__text(&line), out) < 0 ? -EIO : 0;
	strbuf__free(&line);
	return err;
}

int folded_write(const struct groups *g, enum folded_weight weight, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < g->n && !err; i++)
		err = write_group(&g->v[i], weight_of(&g->v[i], weight), true, out);
	if (!err && g->other.label)
		err = write_group(&g->other, weight_of(&g->other, weight), false, out);
	return err;
}

static int write_births(const struct run *r, FILE *out)
{
	struct groups groups;
	int err = 0;

	groups__init(&groups, GROUP_BY_STACK);
	for (size_t i = 0; i < r->birth_count && !err; i++)
		err = groups__add(&groups, &r->births[i]);
	groups__count_received(&groups);
	groups__sort(&groups);
	if (!err)
		err = folded_write(&groups, FOLDED_BIRTHS, out);
	groups__free(&groups);
	return err;
}

/* A line; the path ends with a ";". */
static int write_path(struct strbuf *path, int64_t weight, FILE *out)
{
	if (path->failed)
		return -ENOMEM;
	return fprintf(out, "%.*s %" PRId64 "\n", (int)path->length - 1, strbuf__text(path),
		       weight) < 0
		       ? -EIO
		       : 0;
}

/* The path to a node is that of its parent and its own name: `ends` has where each one's ends. */
static int write_walk(const struct call_tree *t, const struct call_walk *w, size_t *ends, FILE *out)
{
	struct strbuf path = {0};
	char name[256];
	int err = 0;

	call_tree__cell_name(t, name, sizeof(name));
	for (char *c = name; *c; c++)
		*c = *c == ' ' ? '_' : *c;
	add_frame(&path, name);
	ends[0] = path.length;
	for (size_t i = 0; i < w->n && !err; i++) {
		const struct call_node *node = &t->nodes[w->order[i]];
		size_t depth = w->depth[w->order[i]];

		strbuf__cut(&path, ends[depth]);
		add_frame(&path, node->name);
		ends[depth + 1] = path.length;
		if (node->own > 0)
			err = write_path(&path, node->own, out);
	}
	strbuf__free(&path);
	return err;
}

static int write_tree(const struct call_tree *t, FILE *out)
{
	struct call_walk w;
	int err = call_walk__init(&w, t);
	size_t *ends = calloc(w.deepest + 2, sizeof(*ends));

	if (!err)
		err = ends ? write_walk(t, &w, ends, out) : -ENOMEM;
	free(ends);
	call_walk__free(&w);
	return err;
}

static int write_trees(const struct run *r, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < r->anatomy_count && !err; i++)
		err = write_tree(&r->anatomies[i], out);
	return err;
}

static const char *lacks_stacks(const struct run *r)
{
	return r->stacks.n ? NULL
			   : "has no stacks: they are stored by `spawnscope profile --by stack -o`";
}

const struct export_format export_folded = {
	.value = {"folded",
		  "how often each stack made a process, or the instructions of each path of an "
		  "anatomy, for flamegraph.pl and speedscope"},
	.births = write_births,
	.trees = write_trees,
	.lacks = lacks_stacks,
};
