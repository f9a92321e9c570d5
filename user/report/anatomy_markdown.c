// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/anatomy_markdown.h"

#include <math.h>
#include <stdlib.h>

#include "user/analysis/calls/by_function.h"
#include "user/answers/anatomy.h"
#include "user/text/markup.h"
#include "user/text/numbers.h"

#define TEXT_WIDTH  1000
#define NAME_WIDTH  60
#define SHARE_LEAST 0.01
#define MORE_LEAST  0.001

/* Shares of a birth below these are left out. */
static bool is_small(int64_t instructions, int64_t birth, double least)
{
	return (double)llabs(instructions) < least * (double)birth;
}

static void write_sentence(FILE *out, struct strbuf *text)
{
	markdown_text(out, strbuf__text(text), TEXT_WIDTH);
	fputs(".\n\n", out);
	strbuf__free(text);
}

static void write_names(FILE *out, const char *name, const char *module)
{
	fputs("| ", out);
	markdown_text(out, name, NAME_WIDTH);
	fputs(" | ", out);
	markdown_text(out, module, NAME_WIDTH);
	fputs(" |", out);
}

void anatomy_markdown_functions(FILE *out, const struct report_run *r, const struct call_tree *t,
				size_t rows)
{
	struct strbuf text = {0};
	struct call_functions f;
	int64_t birth = anatomy__birth(t);

	anatomy_add_summary(r, t, &text);
	write_sentence(out, &text);
	fputs("| Function | In | Its own | Share | With what it called | Calls |\n"
	      "| --- | --- | ---: | ---: | ---: | ---: |\n",
	      out);
	if (!call_functions__init(&f, t)) {
		for (size_t i = 0; i < f.n && i < rows; i++) {
			const struct call_function *v = &f.v[i];

			if (is_small(v->own, birth, SHARE_LEAST))
				break;
			write_names(out, v->name, v->module);
			fprintf(out, " %s | %.1f %% |", text_count((double)v->own).text,
				100.0 * (double)v->own / (double)birth);
			fprintf(out, " %s |", text_count((double)v->total).text);
			fprintf(out, " %s |\n",
				text_count(v->calls > 0 ? (double)v->calls : NAN).text);
		}
	}
	call_functions__free(&f);
	fputc('\n', out);
}

static void write_side(FILE *out, bool has, int64_t own)
{
	fprintf(out, " %s |", has ? text_count((double)own).text : "-");
}

static void write_change(FILE *out, const struct call_change *c)
{
	struct strbuf name = {0};

	strbuf__add(&name, "%s", c->name);
	anatomy_add_guess(c, &name);
	write_names(out, strbuf__text(&name), c->module);
	strbuf__clear(&name);
	anatomy_add_exact(call_change__more(c), &name);
	fprintf(out, " %s |", strbuf__text(&name));
	write_side(out, c->in_a, c->a.own);
	write_side(out, c->in_b, c->b.own);
	fputc('\n', out);
	strbuf__free(&name);
}

void anatomy_markdown_changes(FILE *out, const struct anatomy_pair *pair, size_t rows)
{
	struct strbuf text = {0};
	struct tree_diff d;

	if (!tree_diff__make(&d, pair->a, pair->b)) {
		anatomy_add_change(pair, &d, &text);
		write_sentence(out, &text);
		fputs("| Function | In | Change of its own | Before | After |\n"
		      "| --- | --- | ---: | ---: | ---: |\n",
		      out);
		for (size_t i = 0; i < d.function_count && i < rows; i++) {
			if (is_small(call_change__more(&d.functions[i]), d.b, MORE_LEAST))
				break;
			write_change(out, &d.functions[i]);
		}
		fputc('\n', out);
	}
	tree_diff__free(&d);
}
