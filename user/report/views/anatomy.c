// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Anatomies: the functions of a birth by the path of calls, as columns for the icicle, and as
 * tables. */
#include <math.h>

#include "user/analysis/calls/by_function.h"
#include "user/analysis/calls/walk.h"
#include "user/answers/anatomy.h"
#include "user/report/anatomy.h"
#include "user/report/html.h"
#include "user/report/views/anatomy_data.h"
#include "user/report/views/views.h"

/* What the tables have: this share of a birth, at most so many functions, blanks before a name. */
#define SHARE_LEAST 0.01
#define FUNCTIONS   50
#define INDENT_MAX  20

static struct number share_text(int64_t part, int64_t whole)
{
	struct number text = {"-"};

	if (whole > 0)
		snprintf(text.text, sizeof(text.text), "%.1f %%",
			 100.0 * (double)part / (double)whole);
	return text;
}

/* None: it was entered before, or its beginning is not seen. */
static struct number calls_text(int64_t calls)
{
	return text_count(calls > 0 ? (double)calls : NAN);
}

static void write_figures(FILE *out, int64_t calls, int64_t own, int64_t total, int64_t whole)
{
	html_number(out, text_count((double)total).text);
	html_number(out, share_text(total, whole).text);
	html_number(out, text_count((double)own).text);
	html_number(out, share_text(own, whole).text);
	html_number(out, calls_text(calls).text);
}

/* The name, further to the right the deeper it stands. */
static void write_node(FILE *out, const struct call_node *node, size_t depth)
{
	struct strbuf name = {0};

	for (size_t i = 0; i < depth && i < INDENT_MAX; i++)
		strbuf__add(&name, "\xc2\xa0\xc2\xa0");
	strbuf__add(&name, "%s",
		    node->kind == CALL_ROOT ? anatomy_part_title(node->part) : node->name);
	html_row(out, strbuf__text(&name), node->module, NULL);
	strbuf__free(&name);
}

static void write_paths(FILE *out, const struct call_tree *t, const struct call_walk *w)
{
	int64_t birth = anatomy__birth(t);
	size_t left_out = 0;

	html_table(out, "Calls, from who called", 2, "Function", "In", "Instructions", "Share",
		   "Its own", "Share", "Calls", NULL);
	html_row(out, "all", "", NULL);
	write_figures(out, 1, 0, birth, birth);
	for (size_t i = 0; i < w->n; i++) {
		const struct call_node *node = &t->nodes[w->order[i]];

		if ((double)node->total < SHARE_LEAST * (double)birth) {
			left_out++;
			continue;
		}
		write_node(out, node, w->depth[w->order[i]] + 1);
		write_figures(out, node->calls, node->own, node->total, birth);
	}
	html_table_end(out);
	if (!left_out)
		return;
	fprintf(out,
		"<p class=\"note\">Without %s %s of less than 1 %% of a birth each; the chart "
		"and its CSV have them.</p>\n",
		text_count((double)left_out).text, text_plural((int64_t)left_out, "path", "paths"));
}

static void write_functions(FILE *out, const struct call_tree *t, const struct call_functions *f)
{
	int64_t birth = anatomy__birth(t);

	html_table(out, "Functions, by their own instructions", 2, "Function", "In", "Instructions",
		   "Share", "Its own", "Share", "Calls", NULL);
	for (size_t i = 0; i < f->n && i < FUNCTIONS; i++) {
		if ((double)f->v[i].own < SHARE_LEAST * (double)birth)
			break;
		html_row(out, f->v[i].name, f->v[i].module, NULL);
		write_figures(out, f->v[i].calls, f->v[i].own, f->v[i].total, birth);
	}
	html_table_end(out);
}

static void write_tables(FILE *out, const struct call_tree *t)
{
	struct call_functions f;
	struct call_walk w;

	if (!call_functions__init(&f, t))
		write_functions(out, t, &f);
	call_functions__free(&f);
	if (!call_walk__init(&w, t))
		write_paths(out, t, &w);
	call_walk__free(&w);
}

static void write_tree(FILE *out, const struct report *p, const struct report_run *r,
		       const struct call_tree *t)
{
	struct strbuf label = {0};

	anatomy_add_label(r, t, &label);
	if (p->count > 1)
		strbuf__add(&label, ", %s", r->name);
	html_fold(out, "Functions", strbuf__text(&label));
	write_tables(out, t);
	html_fold_end(out);
	strbuf__free(&label);
}

static void write_summary(FILE *out, const struct report *p, const struct report_run *r,
			  const struct call_tree *t)
{
	struct strbuf text = {0};

	anatomy_add_summary(r, t, &text);
	fputs("<p>", out);
	if (p->count > 1) {
		html_text(out, r->name);
		fputs(": ", out);
	}
	html_text(out, strbuf__text(&text));
	fputs(".</p>\n", out);
	strbuf__free(&text);
}

/* A count, or nothing where the side lacks the function. */
static void write_side(FILE *out, bool has, int64_t value)
{
	html_number(out, has ? text_count((double)value).text : "-");
}

static void write_function_change(FILE *out, const struct call_change *c)
{
	struct strbuf text = {0};

	strbuf__add(&text, "%s", c->name);
	anatomy_add_guess(c, &text);
	html_row(out, strbuf__text(&text), c->module, NULL);
	strbuf__clear(&text);
	anatomy_add_exact(call_change__more(c), &text);
	html_number(out, strbuf__text(&text));
	strbuf__free(&text);
	write_side(out, c->in_a, c->a.own);
	write_side(out, c->in_b, c->b.own);
	html_number(out, calls_text(c->a.calls).text);
	html_number(out, calls_text(c->b.calls).text);
}

static void write_changes(FILE *out, const struct tree_diff *d)
{
	html_table(out, "Functions, by what they take more or less of their own", 2, "Function",
		   "In", "Change", "Before", "After", "Calls before", "After", NULL);
	for (size_t i = 0; i < d->function_count && i < FUNCTIONS; i++) {
		if (!call_change__more(&d->functions[i]))
			break;
		write_function_change(out, &d->functions[i]);
	}
	html_table_end(out);
}

/* Calls the function for each pair of anatomies, with their difference. */
static void each_pair(FILE *out, const struct report *p,
		      void (*write)(FILE *out, const struct anatomy_pair *pair,
				    const struct tree_diff *d))
{
	for (size_t i = 0; i < p->count; i++) {
		for (size_t k = 0; k < p->runs[i].run->anatomy_count; k++) {
			struct anatomy_pair pair;
			struct tree_diff d;

			if (!anatomy_find_pair(p, i, k, &pair))
				continue;
			if (!tree_diff__make(&d, pair.a, pair.b))
				write(out, &pair, &d);
			tree_diff__free(&d);
		}
	}
}

static void write_change_summary(FILE *out, const struct anatomy_pair *pair,
				 const struct tree_diff *d)
{
	struct strbuf text = {0};

	anatomy_add_change(pair, d, &text);
	fputs("<p>", out);
	html_text(out, strbuf__text(&text));
	fputs(".</p>\n", out);
	strbuf__free(&text);
}

static void write_change_table(FILE *out, const struct anatomy_pair *pair,
			       const struct tree_diff *d)
{
	struct strbuf label = {0};

	anatomy_add_label(pair->to, pair->b, &label);
	strbuf__add(&label, ", from %s to %s", pair->from->name, pair->to->name);
	html_fold(out, "What changed", strbuf__text(&label));
	write_changes(out, d);
	html_fold_end(out);
	strbuf__free(&label);
}

/* Calls the function for each anatomy, in the order of the runs. */
static void each(FILE *out, const struct report *p,
		 void (*write)(FILE *out, const struct report *p, const struct report_run *r,
			       const struct call_tree *t))
{
	for (size_t i = 0; i < p->count; i++)
		for (size_t k = 0; k < p->runs[i].run->anatomy_count; k++)
			write(out, p, &p->runs[i], &p->runs[i].run->anatomies[k]);
}

static void write(const struct report *p, FILE *out)
{
	each_pair(out, p, write_change_summary);
	each(out, p, write_summary);
	html_chart(out, "anatomy");
	each_pair(out, p, write_change_table);
	each(out, p, write_tree);
	fputs("<p class=\"note\">The emulator counted each instruction from outside of the guest, "
	      "in "
	      "which nothing was attached; medians over the births, so the figures of what a "
	      "function called need not sum to its own to the last digit.</p>\n",
	      out);
}

const struct view view_anatomy = {
	.id = "anatomy",
	.title = "Anatomy: by the function",
	.data = anatomy_data,
	.write = write,
};
