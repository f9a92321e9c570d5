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

/* Levels that are drawn. */
#define DEPTH_MAX 16
#define NONE	  SIZE_MAX

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
	layout_cut(command, LAYOUT_WIDTH);
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

static void print_node(const struct tree *t, size_t node, const char *before, const char *clock,
		       FILE *out)
{
	const struct tree_node *n = &t->v[node];
	char line[512];

	snprintf(line, sizeof(line), "%s%s%u %s %s  %s", before,
		 has_later_sibling(t, node) ? "|- " : "`- ", n->pid, method_name(n->method),
		 text_plain_time((double)n->call_ns, clock).text,
		 *n->label ? n->label : "(no exec)");
	layout_cut(line, LAYOUT_WIDTH);
	fprintf(out, "%s\n", line);
}

static void print_children(const struct tree *t, size_t of, uint32_t pid, const char *before,
			   const char *clock, FILE *out)
{
	char deeper[4 * DEPTH_MAX];

	for (size_t i = of == NONE ? 0 : of + 1; i < t->n; i++) {
		if (t->v[i].up != of || t->v[i].parent_pid != pid)
			continue;
		print_node(t, i, before, clock, out);
		if (strlen(before) + 4 >= sizeof(deeper))
			continue;
		snprintf(deeper, sizeof(deeper), "%s%s", before,
			 has_later_sibling(t, i) ? "|  " : "   ");
		print_children(t, i, t->v[i].pid, deeper, clock, out);
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
	if (t->n)
		qsort(t->v, t->n, sizeof(*t->v), by_time);
	for (size_t i = 0; i < t->n; i++)
		t->v[i].up = parent_of(t, i);
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].up != NONE || root_was_printed(t, i))
			continue;
		fprintf(out, "\n%u %s\n", t->v[i].parent_pid, t->v[i].parent);
		print_children(t, NONE, t->v[i].parent_pid, "", clock, out);
	}
	if (t->left_out)
		fprintf(out, "and %zu more processes\n", t->left_out);
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
