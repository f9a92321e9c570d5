// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/anatomy/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/start.h"
#include "user/analysis/calls/walk.h"
#include "user/analysis/stats.h"
#include "user/answers/anatomy.h"
#include "user/model/cell_name.h"
#include "user/table/anatomy/cycles.h"
#include "user/table/anatomy/tree_diff.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"
#include "user/text/utf8.h"

#define FOLDED_SHARE  100 /* the birth, by what is folded at most */
#define FOLDED_LEAST  5	  /* of these shares, before they get a line */
#define PHASE_NAMES   4	  /* functions of a phase that are named */
#define ALL_COLUMNS   60  /* narrower lines have neither OWN nor CALLS */
#define NAME_LEAST    16  /* columns that a deep name has left */
#define SHARE_COLUMNS 8
#define PHASE_COLUMNS 12

struct tree_printer {
	const struct call_tree *t;
	FILE *out;
	int64_t least, root_total;
	int number_width, calls_width; /* 0: no such columns */
	int name_column;
	struct call_walk walk;
	int64_t *folded; /* by node, in what it calls: instructions that are not shown */
	bool all, colour, any_folded;
};

static const char *const titles[PART_COUNT] = {
	[PART_CALL] = "call: the parent, until it returns",
	[PART_PARENT] = "parent: after the call, to the reap",
	[PART_CHILD] = "child: until it execs or exits",
	[PART_PROGRAM] = "program: from execve to its exit",
	[PART_EXIT] = "exit: of the child, in the kernel",
	[PART_INTERRUPTS] = "interrupts: apart, during the birth",
	[PART_OTHERS] = "others: tasks that ran meanwhile",
};

static bool is_shown(const struct tree_printer *p, const struct call_node *n)
{
	return p->all || n->kind == CALL_ROOT || n->total >= p->least;
}

/* The numbers of a line. Calls of frames that were open before are not known: none was seen. */
static void print_numbers(const struct tree_printer *p, int64_t total, int64_t own, int64_t calls)
{
	struct strbuf share = {0};

	anatomy__add_share(&share, total, p->root_total);
	fprintf(p->out, "%*s %*s", p->number_width, text_count((double)total).text, SHARE_COLUMNS,
		strbuf__text(&share));
	strbuf__free(&share);
	if (!p->calls_width)
		return;
	fprintf(p->out, "  %*s", p->number_width, own < 0 ? "-" : text_count((double)own).text);
	fprintf(p->out, "  %*s", p->calls_width, calls > 0 ? text_count((double)calls).text : "-");
}

/*
 * A name after the numbers: cut if it does not fit, and never pushed out by its depth, nor by what
 * a file has for numbers.
 */
static void print_name(const struct tree_printer *p, size_t depth, char *name)
{
	size_t column = (size_t)p->name_column, width = layout_width();
	size_t room = width > column + NAME_LEAST ? width - column : NAME_LEAST;
	size_t indent = depth < room - NAME_LEAST ? depth : room - NAME_LEAST;

	layout_cut(name, room - indent);
	fprintf(p->out, "  %*s%s\n", (int)indent, "", name);
}

/* "posix_spawn  libc.so.6": a module is named where it is another than the caller's. */
static char *name_of(const struct call_tree *t, const struct call_node *n)
{
	const struct call_node *parent = n->parent == CALL_NO_PARENT ? NULL : &t->nodes[n->parent];
	struct strbuf text = {0};

	if (n->kind == CALL_ROOT) {
		strbuf__add(&text, "%s", titles[n->part]);
		return strbuf__take(&text);
	}
	strbuf__add_escaped(&text, n->name);
	if (n->module[0] && (!parent || strcmp(parent->module, n->module) != 0)) {
		strbuf__add(&text, "  [");
		strbuf__add_escaped(&text, n->module);
		strbuf__add(&text, "]");
	}
	return strbuf__take(&text);
}

static void print_node(const struct tree_printer *p, size_t i)
{
	const struct call_node *n = &p->t->nodes[i];
	char *name = name_of(p->t, n);
	bool bold = p->colour && n->kind == CALL_ROOT;

	fputs(bold ? "\033[1m" : "", p->out);
	print_numbers(p, n->total, n->own, n->kind == CALL_ROOT ? 0 : n->calls);
	if (name)
		print_name(p, p->walk.depth[i], name);
	fputs(bold ? "\033[0m" : "", p->out);
	free(name);
}

static void print_folded(const struct tree_printer *p, size_t i)
{
	char text[] = "(smaller ones)";

	if (p->folded[i] < FOLDED_LEAST * p->least || p->all)
		return;
	print_numbers(p, p->folded[i], -1, 0);
	print_name(p, p->walk.depth[i] + 1, text);
}

/* Where the subtree at this place of the walk ends. */
static size_t end_of(const struct call_walk *w, size_t at)
{
	size_t end = at + 1;

	while (end < w->n && w->depth[w->order[end]] > w->depth[w->order[at]])
		end++;
	return end;
}

/* What is folded comes last. */
static void print_subtree(const struct tree_printer *p, size_t at)
{
	const struct call_walk *w = &p->walk;
	size_t end = end_of(w, at);

	print_node(p, w->order[at]);
	for (size_t k = at + 1; k < end; k = end_of(w, k))
		if (is_shown(p, &p->t->nodes[w->order[k]]))
			print_subtree(p, k);
	print_folded(p, w->order[at]);
}

static void set_columns(struct tree_printer *p)
{
	int64_t total = 0, calls = 0;

	for (size_t i = 0; i < p->t->node_count; i++) {
		total = p->t->nodes[i].total > total ? p->t->nodes[i].total : total;
		calls = p->t->nodes[i].calls > calls ? p->t->nodes[i].calls : calls;
	}
	p->number_width = (int)strlen(text_count((double)total).text);
	if (p->number_width < (int)strlen("TOTAL"))
		p->number_width = (int)strlen("TOTAL");
	if (layout_width() >= ALL_COLUMNS) {
		p->calls_width = (int)strlen(text_count((double)calls).text);
		if (p->calls_width < (int)strlen("CALLS"))
			p->calls_width = (int)strlen("CALLS");
	}
	p->name_column = p->number_width + 1 + SHARE_COLUMNS + 2;
	if (p->calls_width)
		p->name_column += 2 + p->number_width + 2 + p->calls_width;
}

static void print_heads(const struct tree_printer *p, bool colour)
{
	fprintf(p->out, "%s%*s %*s", colour ? "\033[1m" : "", p->number_width, "TOTAL",
		SHARE_COLUMNS, "SHARE");
	if (p->calls_width)
		fprintf(p->out, "  %*s  %*s", p->number_width, "OWN", p->calls_width, "CALLS");
	fprintf(p->out, "  FUNCTION%s\n", colour ? "\033[0m" : "");
}

/* The order, and what is folded below each node. 0 or -ENOMEM. */
static int prepare(struct tree_printer *p)
{
	int err = call_walk__init(&p->walk, p->t);

	p->folded = calloc(p->t->node_count + 1, sizeof(*p->folded));
	if (err || !p->folded)
		return -ENOMEM;
	for (size_t i = 0; i < p->t->node_count; i++) {
		const struct call_node *n = &p->t->nodes[i];

		if (is_shown(p, n))
			continue;
		p->folded[n->parent] += n->total;
		p->any_folded = true;
	}
	return 0;
}

static int print_tree(const struct call_tree *t, const struct anatomy_table *o, FILE *out)
{
	struct tree_printer p = {.t = t,
				 .out = out,
				 .all = o->all,
				 .colour = o->colour,
				 .least = anatomy__birth(t) / FOLDED_SHARE};
	int err = prepare(&p);

	set_columns(&p);
	layout_title(out, "Calls: instructions of a birth; SHARE is of its part", o->colour);
	print_heads(&p, o->colour);
	for (size_t at = 0; !err && at < p.walk.n; at = end_of(&p.walk, at)) {
		p.root_total = t->nodes[p.walk.order[at]].total;
		print_subtree(&p, at);
	}
	if (p.any_folded)
		layout_print(out, 2,
			     "Folded: what carries less than 1 %% of the birth (--all "
			     "shows it)");
	call_walk__free(&p.walk);
	free(p.folded);
	return err;
}

static void print_phase(const struct call_phase *p, size_t number_width, FILE *out)
{
	struct strbuf line = {0};
	size_t column = PHASE_COLUMNS + 1 + number_width + 2;
	char name[PHASE_COLUMNS + 1];

	escape_text(p->name, name, sizeof(name));
	fprintf(out, "%-*s %*s  ", PHASE_COLUMNS, name, (int)number_width,
		text_count((double)p->instructions).text);
	for (size_t i = 0; i < p->share_count && i < PHASE_NAMES; i++) {
		if (!p->shares[i].own)
			break;
		strbuf__add(&line, i ? ", " : "");
		strbuf__add_escaped(&line, p->shares[i].name);
		strbuf__add(&line, " ");
		anatomy__add_share(&line, p->shares[i].own, p->instructions);
	}
	layout_wrap(out, column, column, strbuf__text(&line));
	strbuf__free(&line);
}

static void print_phases(const struct call_tree *t, const struct anatomy_table *o, FILE *out)
{
	size_t width = strlen("TOTAL");

	for (size_t i = 0; i < t->phase_count; i++) {
		size_t length = strlen(text_count((double)t->phases[i].instructions).text);

		width = length > width ? length : width;
	}
	if (!t->phase_count)
		return;
	layout_title(out, "Phases: what their task executes, and the functions of most of it",
		     o->colour);
	for (size_t i = 0; i < t->phase_count; i++)
		print_phase(&t->phases[i], width, out);
}

static void print_sentence(void (*add)(struct strbuf *s, const struct call_tree *t),
			   const struct call_tree *t, bool bold, FILE *out)
{
	struct strbuf line = {0};

	add(&line, t);
	if (line.length && !line.failed) {
		fputs(bold ? "\033[1m" : "", out);
		layout_wrap(out, 0, 2, strbuf__text(&line));
		fputs(bold ? "\033[0m" : "", out);
	}
	strbuf__free(&line);
}

/* What the program itself does, from exec to exit, by stages. */
static int print_start(const struct call_tree *t, const struct anatomy_table *o, FILE *out)
{
	struct start s;
	int err;

	if (!anatomy__root(t, PART_PROGRAM))
		return 0;
	err = start__split(&s, t);
	if (!err)
		err = table_start(&s, out, o->colour);
	start__free(&s);
	return err;
}

static void print_meanwhile(const struct call_tree *t, const struct cell *cell, FILE *out)
{
	struct strbuf line = {0};

	anatomy__meanwhile(&line, t, stats_median(&cell->samples[SAMPLE_spawn_ns]));
	if (line.length)
		layout_wrap(out, 0, 2, strbuf__text(&line));
	strbuf__free(&line);
}

int table_anatomy(const struct call_tree *t, const struct cell *cell, const struct anatomy_table *o,
		  FILE *out)
{
	int err;

	print_sentence(anatomy__answer, t, o->colour, out);
	if (cell)
		print_meanwhile(t, cell, out);
	print_sentence(anatomy__copy, t, false, out);
	print_sentence(anatomy__parts, t, false, out);
	print_sentence(anatomy__unresolved, t, false, out);
	layout_print(out, 2, "Medians of %zu %s, counted outside of the guest", t->births,
		     text_plural((int64_t)t->births, "birth", "births"));
	err = print_tree(t, o, out);
	if (!err)
		err = print_start(t, o, out);
	print_phases(t, o, out);
	if (!err)
		err = table_cycles(t, o->colour, out);
	if (!err && (fflush(out) == EOF || ferror(out)))
		err = errno ? -errno : -EIO;
	return err;
}

/* The cell of the tree; NULL: the run has none. */
static const struct cell *cell_of(const struct run *r, const struct call_tree *t)
{
	const struct cell like = call_tree__cell(t);

	for (size_t i = 0; i < r->cell_count; i++)
		if (cell__same_key(&r->cells[i], &like, NULL))
			return &r->cells[i];
	return NULL;
}

int table_anatomies(const struct run *r, const struct anatomy_table *o, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < r->anatomy_count && !err; i++) {
		if (i)
			fputc('\n', out);
		err = table_anatomy(&r->anatomies[i], cell_of(r, &r->anatomies[i]), o, out);
	}
	return err;
}
