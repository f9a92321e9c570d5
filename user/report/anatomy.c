// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/report/anatomy.h"

#include <stdlib.h>

#include "user/analysis/calls/by_function.h"
#include "user/answers/anatomy.h"
#include "user/answers/cause.h"
#include "user/model/cell_name.h"
#include "user/text/numbers.h"

#define NAMED 5

static const char *const titles[] = {
	[PART_CALL] = "the call",
	[PART_PARENT] = "the parent after it",
	[PART_CHILD] = "the child before exec",
	[PART_PROGRAM] = "the new program",
	[PART_EXIT] = "the exit",
	[PART_INTERRUPTS] = "interrupts, beside the birth",
	[PART_OTHERS] = "other tasks, beside the birth",
};

const char *anatomy_part_title(enum call_part part)
{
	return titles[part];
}

void anatomy_add_label(const struct report_run *r, const struct call_tree *t, struct strbuf *text)
{
	const struct cell like = call_tree__cell(t);
	const struct row *row = rows__find(&r->rows, &like);
	char name[256];

	if (row)
		strbuf__add(text, "%s from a parent of %s", row->method, row->parent);
	else
		strbuf__add(text, "%s", cell__name(&like, name, sizeof(name)));
}

static const char *sign_of(int64_t more)
{
	return more < 0 ? "\xe2\x88\x92" : more > 0 ? "+" : "";
}

void anatomy_add_exact(int64_t more, struct strbuf *text)
{
	strbuf__add(text, "%s%s", sign_of(more), text_count((double)llabs(more)).text);
}

void anatomy_add_summary(const struct report_run *r, const struct call_tree *t, struct strbuf *text)
{
	struct call_functions f;
	int64_t birth = anatomy__birth(t);

	anatomy_add_label(r, t, text);
	strbuf__add(text, ": %s instructions a birth", text_count((double)birth).text);
	if (call_functions__init(&f, t))
		text->failed = true;
	for (size_t i = 0; i < f.n && i < NAMED && 100.0 * (double)f.v[i].own >= (double)birth; i++)
		strbuf__add(text, "%s%s %.0f %%", i ? ", " : "; of these in ", f.v[i].name,
			    100.0 * (double)f.v[i].own / (double)birth);
	call_functions__free(&f);
}

bool anatomy_same_cell(const struct call_tree *a, const struct call_tree *b)
{
	const struct cell x = call_tree__cell(a), y = call_tree__cell(b);

	return cell__same_key(&x, &y, NULL);
}

/* The run's last anatomy of the same cell. */
static const struct call_tree *last_like(const struct run *r, const struct call_tree *t)
{
	const struct call_tree *last = NULL;

	for (size_t i = 0; i < r->anatomy_count; i++)
		if (anatomy_same_cell(&r->anatomies[i], t))
			last = &r->anatomies[i];
	return last;
}

static bool is_first(const struct report *p, size_t run, size_t tree)
{
	const struct call_tree *t = &p->runs[run].run->anatomies[tree];

	for (size_t i = 0; i < run; i++)
		if (last_like(p->runs[i].run, t))
			return false;
	for (size_t k = 0; k < tree; k++)
		if (anatomy_same_cell(&p->runs[run].run->anatomies[k], t))
			return false;
	return true;
}

bool anatomy_find_pair(const struct report *p, size_t run, size_t tree, struct anatomy_pair *pair)
{
	const struct report_run *from = &p->runs[run];
	const struct call_tree *a = &from->run->anatomies[tree];

	if (!is_first(p, run, tree))
		return false;
	for (size_t i = p->count; i-- > run + 1;) {
		const struct call_tree *b = last_like(p->runs[i].run, a);

		if (!b || !run__same_unit(from->run, p->runs[i].run))
			continue;
		*pair = (struct anatomy_pair){from, &p->runs[i], a, b};
		return true;
	}
	return false;
}

void anatomy_add_guess(const struct call_change *c, struct strbuf *text)
{
	static const char *const words[] = {
		[GUESS_RENAMED] = "was",
		[GUESS_INLINED] = "now part of",
		[GUESS_SPLIT] = "split from",
	};

	if (c->guess != GUESS_NONE)
		strbuf__add(text, " (%s %s, a guess)", words[c->guess], c->other);
}

void anatomy_add_change(const struct anatomy_pair *pair, const struct tree_diff *d,
			struct strbuf *text)
{
	struct start_diff starts;

	if (start_diff__make(&starts, pair->a, pair->b))
		text->failed = true;
	strbuf__add(text, "From %s to %s, ", pair->from->name, pair->to->name);
	cause__answer(text, d, text->failed ? NULL : &starts);
	start_diff__free(&starts);
}
