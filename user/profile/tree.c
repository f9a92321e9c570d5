// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/units.h"
#include "user/model/birth.h"
#include "user/model/run.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

#define NONE SIZE_MAX

/* What a level adds to the rows below it, if its parent has another child, and if it has none. */
#define STEP_ON	  "|  "
#define STEP_LAST "   "

struct tree_node {
	uint32_t pid, parent_pid;
	int64_t t, call_ns;
	uint32_t method;
	char *label;  /* the command; "": no exec */
	char *parent; /* the parent's name, escaped */
	size_t up;    /* its parent's node, or NONE */
};

int tree__add(struct tree *t, const struct birth *b)
{
	static char command[8 * (COMMAND_PATH_MAX + COMMAND_ARGS_MAX)];
	struct tree_node node = {
		.pid = b->child_tgid,
		.parent_pid = b->life.parent_tgid,
		.t = birth_time(b),
		.call_ns = birth_call_ns(b),
		.method = b->life.method,
		.up = NONE,
	};
	struct tree_node *v;

	if (b->life.result <= 0 || b->life.method == CLONE_METHOD_THREAD)
		return 0;
	if (t->n == TREE_MAX) {
		t->left_out++;
		return 0;
	}
	v = reallocarray(t->v, t->n + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	t->v = v;
	birth_command(b, command, sizeof(command));
	layout_cut(command, layout_width());
	node.label = strdup(command);
	node.parent = escape_copy(b->comm);
	if (!node.parent || !node.label) {
		free(node.label);
		free(node.parent);
		return -ENOMEM;
	}
	t->v[t->n++] = node;
	return 0;
}

static int by_time(const void *a, const void *b)
{
	const struct tree_node *x = a, *y = b;

	return x->t < y->t ? -1 : x->t > y->t;
}

/* The last process before the child that had its parent's id: ids are reused. */
static size_t parent_of(const struct tree *t, size_t child)
{
	for (size_t i = child; i-- > 0;)
		if (t->v[i].pid == t->v[child].parent_pid)
			return i;
	return NONE;
}

static bool has_later_sibling(const struct tree *t, size_t node)
{
	for (size_t i = node + 1; i < t->n; i++)
		if (t->v[i].up == t->v[node].up &&
		    (t->v[node].up != NONE || t->v[i].parent_pid == t->v[node].parent_pid))
			return true;
	return false;
}

/* Draws the rows below one another. */
struct drawing {
	const struct tree *tree;
	const char *clock;
	FILE *out;
	char before[LAYOUT_WIDTH_MOST]; /* what stands before the next row */
	size_t length;			/* of that */
	size_t undrawn;			/* levels that had no room there */
};

/* Prints a line, cut to the width. */
static void print_cut(FILE *out, struct strbuf *line)
{
	char *text = strdup(strbuf__text(line));

	if (text) {
		layout_cut(text, layout_width());
		fprintf(out, "%s\n", text);
	}
	free(text);
	strbuf__free(line);
}

static void print_node(struct drawing *d, size_t node)
{
	const struct tree_node *n = &d->tree->v[node];
	struct strbuf line = {0};

	strbuf__add(&line, "%s", d->before);
	if (d->undrawn)
		strbuf__add(&line, "+%zu ", d->undrawn);
	else
		strbuf__add(&line, "%s", has_later_sibling(d->tree, node) ? "|- " : "`- ");
	strbuf__add(&line, "%u %s %s  %s", n->pid, method_name(n->method),
		    text_plain_time((double)n->call_ns, d->clock).text,
		    *n->label ? n->label : "(no exec)");
	print_cut(d->out, &line);
}

/* One level deeper, while that leaves half a line for the text. Returns whether it is drawn. */
static bool go_deeper(struct drawing *d, bool goes_on)
{
	if (d->undrawn || d->length + 2 * strlen(STEP_ON) > layout_width() / 2) {
		d->undrawn++;
		return false;
	}
	strcpy(d->before + d->length, goes_on ? STEP_ON : STEP_LAST);
	d->length += strlen(STEP_ON);
	return true;
}

static void go_back(struct drawing *d, bool was_drawn)
{
	if (was_drawn)
		d->length -= strlen(STEP_ON);
	else
		d->undrawn--;
	d->before[d->length] = '\0';
}

static void print_children(struct drawing *d, size_t of, uint32_t pid)
{
	const struct tree *t = d->tree;

	for (size_t i = of == NONE ? 0 : of + 1; i < t->n; i++) {
		bool drawn;

		if (t->v[i].up != of || t->v[i].parent_pid != pid)
			continue;
		print_node(d, i);
		drawn = go_deeper(d, has_later_sibling(t, i));
		print_children(d, i, t->v[i].pid);
		go_back(d, drawn);
	}
}

/* Whether an earlier root has the same parent: they were printed together. */
static bool root_was_printed(const struct tree *t, size_t node)
{
	for (size_t i = 0; i < node; i++)
		if (t->v[i].up == NONE && t->v[i].parent_pid == t->v[node].parent_pid)
			return true;
	return false;
}

void tree__print(struct tree *t, const char *clock, FILE *out)
{
	struct drawing d = {.tree = t, .clock = clock, .out = out};

	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_time);
	for (size_t i = 0; i < t->n; i++)
		t->v[i].up = parent_of(t, i);
	for (size_t i = 0; i < t->n; i++) {
		struct strbuf root = {0};

		if (t->v[i].up != NONE || root_was_printed(t, i))
			continue;
		fputc('\n', out);
		strbuf__add(&root, "%u %s", t->v[i].parent_pid, t->v[i].parent);
		print_cut(out, &root);
		print_children(&d, NONE, t->v[i].parent_pid);
	}
	if (t->left_out)
		fprintf(out, "and %zu more %s\n", t->left_out,
			text_plural((int64_t)t->left_out, "process", "processes"));
}

void tree__free(struct tree *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->v[i].label);
		free(t->v[i].parent);
	}
	free(t->v);
	*t = (struct tree){0};
}
