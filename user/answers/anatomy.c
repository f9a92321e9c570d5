// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/anatomy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "user/answers/cause.h"
#include "user/model/cell_name.h"
#include "user/model/phase.h"
#include "user/text/numbers.h"

#define FUNCTIONS_NAMED 3

const struct call_node *anatomy__root(const struct call_tree *t, enum call_part part)
{
	for (size_t i = 0; i < t->node_count; i++)
		if (t->nodes[i].kind == CALL_ROOT && t->nodes[i].part == part)
			return &t->nodes[i];
	return NULL;
}

int64_t anatomy__birth(const struct call_tree *t)
{
	int64_t sum = 0;

	for (size_t i = 0; i < t->node_count; i++)
		if (t->nodes[i].kind == CALL_ROOT && call_part_of_birth(t->nodes[i].part))
			sum += t->nodes[i].total;
	return sum;
}

void anatomy__add_share(struct strbuf *s, int64_t part, int64_t whole)
{
	double share = whole > 0 ? 100.0 * (double)part / (double)whole : 0;

	strbuf__add(s, share < 9.95 ? "%.1f %%" : "%.0f %%", share);
}

/* By the function, so that equal ones stand together. */
static int by_function(const void *a, const void *b)
{
	const struct call_share *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->module, y->module);
}

static int by_own(const void *a, const void *b)
{
	const struct call_share *x = a, *y = b;

	if (x->own != y->own)
		return x->own > y->own ? -1 : 1;
	return by_function(a, b);
}

/* The functions of a part, the largest first. NULL: out of memory, or there are none. */
static struct call_share *functions_of(const struct call_tree *t, enum call_part part,
				       size_t *count)
{
	struct call_share *v = calloc(t->node_count + 1, sizeof(*v));
	size_t n = 0, kept = 0;

	for (size_t i = 0; v && i < t->node_count; i++)
		if (t->nodes[i].part == part && t->nodes[i].own)
			v[n++] = (struct call_share){t->nodes[i].name, t->nodes[i].module,
						     t->nodes[i].own, 0};
	if (n)
		qsort(v, n, sizeof(*v), by_function);
	for (size_t i = 0; i < n; i++) {
		if (kept && !by_function(&v[kept - 1], &v[i]))
			v[kept - 1].own += v[i].own;
		else
			v[kept++] = v[i];
	}
	if (kept)
		qsort(v, kept, sizeof(*v), by_own);
	*count = kept;
	return v;
}

static void add_functions(struct strbuf *s, const struct call_tree *t, const struct call_node *root)
{
	size_t count;
	struct call_share *v = functions_of(t, root->part, &count);

	for (size_t i = 0; v && i < count && i < FUNCTIONS_NAMED; i++) {
		/* What follows a small one is smaller. */
		if (100.0 * (double)v[i].own < (double)root->total && i)
			break;
		strbuf__add(s, i ? ", " : ": ");
		anatomy__add_share(s, v[i].own, root->total);
		strbuf__add(s, " in ");
		strbuf__add_escaped(s, v[i].name);
	}
	free(v);
}

void anatomy__answer(struct strbuf *s, const struct call_tree *t)
{
	const struct call_node *root = anatomy__root(t, PART_CALL);
	char name[256];

	strbuf__add(s, "%s", call_tree__cell_name(t, name, sizeof(name)));
	if (!root) {
		strbuf__add(s, ": nothing of the call was counted");
		return;
	}
	strbuf__add(s, " executes %s on Linux ", text_time_words((double)root->total, true).text);
	strbuf__add_escaped(s, t->kernel);
	add_functions(s, t, root);
}

static int by_total(const void *a, const void *b)
{
	const struct call_node *x = *(const struct call_node *const *)a;
	const struct call_node *y = *(const struct call_node *const *)b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return (int)x->part - (int)y->part;
}

void anatomy__parts(struct strbuf *s, const struct call_tree *t)
{
	const struct call_node *roots[PART_COUNT];
	int64_t all = anatomy__birth(t);
	size_t n = 0;

	for (int p = 0; call_part_of_birth(p); p++) {
		roots[n] = anatomy__root(t, p);
		n += roots[n] != NULL;
	}
	if (n < 2)
		return;
	qsort((void *)roots, n, sizeof(*roots), by_total);
	strbuf__add(s, "A birth executes %s in all", text_time((double)all, true).text);
	for (size_t i = 0; i < n; i++) {
		strbuf__add(s, "%s%s ", i ? ", " : ": ", call_part_name(roots[i]->part));
		anatomy__add_share(s, roots[i]->total, all);
	}
}

void anatomy__meanwhile(struct strbuf *s, const struct call_tree *t, double call)
{
	const struct call_node *root = anatomy__root(t, PART_CALL);

	if (!root || !(call > 1.01 * (double)root->total))
		return;
	strbuf__add(s, "Its caller's clock counts %s: ", text_time(call, true).text);
	strbuf__add(s, anatomy__root(t, PART_INTERRUPTS) || anatomy__root(t, PART_OTHERS)
			       ? "the child, other tasks or interrupts had the CPU meanwhile"
			       : "the child had the CPU meanwhile");
}

static const struct call_phase *phase_of(const struct call_tree *t, enum phase phase)
{
	for (size_t i = 0; i < t->phase_count; i++)
		if (!strcmp(t->phases[i].name, phase_name(phase)))
			return &t->phases[i];
	return NULL;
}

void anatomy__copy(struct strbuf *s, const struct call_tree *t)
{
	const struct call_phase *copy = phase_of(t, PHASE_copy_mm);
	const struct call_node *root = anatomy__root(t, PART_CALL);
	double pages = cause__pages(t);

	if (!copy || !root || pages < 1)
		return;
	strbuf__add(s, "copy_mm, which grows with the parent's memory, is ");
	anatomy__add_share(s, copy->instructions, root->total);
	strbuf__add(s, " of the call: %s instructions a page",
		    text_count((double)(int64_t)((double)copy->instructions / pages + 0.5)).text);
}

void anatomy__unresolved(struct strbuf *s, const struct call_tree *t)
{
	int64_t all = anatomy__birth(t);

	if (100.0 * (double)t->unresolved < (double)all || !t->unresolved)
		return;
	anatomy__add_share(s, t->unresolved, all);
	strbuf__add(s,
		    " of it (%s) is code of stripped files, named by its address: a file with "
		    "its symbols, PROGRAM.debug beside it or the system's debug package, would "
		    "name it",
		    text_count((double)t->unresolved).text);
}
