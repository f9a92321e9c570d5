// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The format speedscope: anatomies for www.speedscope.app, in its own file format
 * (file-format-schema.json of its package): a profile for each cell, and for each metric that was
 * modelled, which opens and closes functions along its instructions.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "user/analysis/calls/by_function.h"
#include "user/export/format.h"
#include "user/export/icicle.h"
#include "user/model/cell_name.h"
#include "user/text/json.h"
#include "user/text/strbuf.h"

/* What stands between two parts of the file. */
struct writer {
	FILE *out;
	const char *between;
	struct strbuf text;
	int error;
};

static void begin(struct writer *w)
{
	fputs(w->between, w->out);
	w->between = ",\n";
}

/* Text that others chose. */
static void write_text(struct writer *w, const char *text)
{
	json__add_text(&w->text, text);
	if (w->text.failed)
		w->error = -ENOMEM;
	else
		fputs(strbuf__text(&w->text), w->out);
	strbuf__clear(&w->text);
}

static void write_frame(struct writer *w, const char *name, const char *module)
{
	begin(w);
	fputs("{\"name\":", w->out);
	write_text(w, name);
	if (*module) {
		fputs(",\"file\":", w->out);
		write_text(w, module);
	}
	fputs("}", w->out);
}

/* The frames of a tree: its functions, and then its parts, by their numbers. */
static void write_frames(struct writer *w, const struct call_functions *f)
{
	for (size_t i = 0; i < f->n; i++)
		write_frame(w, f->v[i].name, f->v[i].module);
	for (int part = 0; part < PART_COUNT; part++)
		write_frame(w, call_part_name(part), "");
}

/* One profile. */
struct profile {
	const struct call_tree *tree;
	const struct call_functions *functions;
	size_t first; /* the number of the tree's first frame */
	struct icicle icicle;
	size_t *open; /* the nodes that are, from the outermost on */
	size_t open_count;
};

static void write_event(struct writer *w, const struct profile *p, char type, size_t node,
			int64_t at)
{
	size_t function = p->functions->of[node];

	if (function == CALL_NO_FUNCTION)
		function = p->functions->n + p->tree->nodes[node].part;
	begin(w);
	fprintf(w->out, "{\"type\":\"%c\",\"frame\":%zu,\"at\":%" PRId64 "}", type,
		p->first + function, at);
}

/* Closes what is open below so many nodes. */
static void close_to(struct writer *w, struct profile *p, size_t keep)
{
	while (p->open_count > keep) {
		size_t node = p->open[--p->open_count];

		write_event(w, p, 'C', node, p->icicle.from[node] + p->icicle.length[node]);
	}
}

static void write_events(struct writer *w, struct profile *p)
{
	const struct call_walk *walk = &p->icicle.walk;

	for (size_t i = 0; i < walk->n; i++) {
		size_t node = walk->order[i];

		if (!p->icicle.length[node])
			continue;
		close_to(w, p, walk->depth[node]);
		p->open[p->open_count++] = node;
		write_event(w, p, 'O', node, p->icicle.from[node]);
	}
	close_to(w, p, 0);
}

static void write_name(struct writer *w, const struct call_tree *t, enum call_metric metric)
{
	char cell[256], name[320];

	snprintf(name, sizeof(name), "%s: %s", call_tree__cell_name(t, cell, sizeof(cell)),
		 metric == CALL_METRIC_COUNT ? "instructions" : call_metric_name(metric));
	write_text(w, name);
}

static int write_profile(struct writer *w, struct profile *p, enum call_metric metric)
{
	int err = icicle__init(&p->icicle, p->tree, metric);

	p->open = calloc(p->icicle.walk.deepest + 1, sizeof(*p->open));
	if (!err && !p->open)
		err = -ENOMEM;
	if (!err && (p->icicle.whole || metric == CALL_METRIC_COUNT)) {
		begin(w);
		fputs("{\"type\":\"evented\",\"name\":", w->out);
		write_name(w, p->tree, metric);
		fprintf(w->out,
			",\"unit\":\"none\",\"startValue\":0,\"endValue\":%" PRId64 ",\"events\":[",
			p->icicle.whole);
		w->between = "\n";
		write_events(w, p);
		fputs("]}", w->out);
		w->between = ",\n";
	}
	free(p->open);
	icicle__free(&p->icicle);
	return err;
}

/* Of the instructions, and of each metric. */
static int write_profiles(struct writer *w, const struct call_tree *t,
			  const struct call_functions *f, size_t first)
{
	struct profile p = {.tree = t, .functions = f, .first = first};
	int err = write_profile(w, &p, CALL_METRIC_COUNT);

	for (int m = 0; m < CALL_METRIC_COUNT && !err; m++)
		if (t->has[m])
			err = write_profile(w, &p, m);
	return err;
}

static int write_file(struct writer *w, const struct run *r, struct call_functions *functions)
{
	size_t first = 0;
	int err = 0;

	fputs("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n\"exporter\":",
	      w->out);
	write_text(w, r->tool ? r->tool : "spawnscope");
	fputs(",\n\"shared\":{\"frames\":[", w->out);
	w->between = "\n";
	for (size_t i = 0; i < r->anatomy_count && !err; i++) {
		err = call_functions__init(&functions[i], &r->anatomies[i]);
		if (!err)
			write_frames(w, &functions[i]);
	}
	fputs("]},\n\"profiles\":[", w->out);
	w->between = "\n";
	for (size_t i = 0; i < r->anatomy_count && !err; i++) {
		err = write_profiles(w, &r->anatomies[i], &functions[i], first);
		first += functions[i].n + PART_COUNT;
	}
	fputs("]}\n", w->out);
	return err ? err : w->error;
}

static int write_trees(const struct run *r, FILE *out)
{
	struct call_functions *functions = calloc(r->anatomy_count + 1, sizeof(*functions));
	struct writer w = {.out = out, .between = ""};
	int err = functions ? write_file(&w, r, functions) : -ENOMEM;

	for (size_t i = 0; functions && i < r->anatomy_count; i++)
		call_functions__free(&functions[i]);
	free(functions);
	strbuf__free(&w.text);
	return err;
}

const struct export_format export_speedscope = {
	.value = {"speedscope", "the anatomies of `spawnscope anatomy`, for speedscope.app"},
	.trees = write_trees,
};
