// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/cause.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/calls/function_ids.h"
#include "user/model/cell_name.h"
#include "user/text/numbers.h"

#define FUNCTIONS_NAMED 3
#define MODULES_NAMED	2
#define SMALL_PAGES	4096 /* of 4 KiB: the driver has some hundred itself */

/* A change that is printed goes up as the whole does, or down. */
static bool same_way(double more, double whole)
{
	return more != 0 && (more > 0) == (whole > 0);
}

static bool is_half(double more, double whole)
{
	return same_way(more, whole) && 2 * fabs(more) >= fabs(whole);
}

static void say_more(struct strbuf *s, double more)
{
	if (fabs(more) < 10 && more != rint(more))
		strbuf__add(s, "%+.1f", more);
	else
		strbuf__add(s, "%s%s", more < 0 ? "-" : "+", text_count(rint(fabs(more))).text);
}

static void say_instructions(struct strbuf *s, double more)
{
	say_more(s, more);
	strbuf__add(s, " instructions");
}

/* A function, together with those that were inlined in it or split off. */
struct entry {
	const struct call_change *c;
	const struct call_change *with; /* of these the one that changed most; NULL */
	double more;
};

struct entries {
	struct entry *v;
	size_t n;
};

static int compare_entries(const void *a, const void *b)
{
	double x = fabs(((const struct entry *)a)->more), y = fabs(((const struct entry *)b)->more);

	return (x < y) - (x > y);
}

/* The function that this one is a part of, as far as that is guessed; itself if it is none. */
static size_t whole_of(const struct tree_diff *d, size_t function)
{
	for (int steps = 0; steps < 8; steps++) {
		const struct call_change *c = &d->functions[function];
		size_t i = 0;

		if (c->guess != GUESS_INLINED && c->guess != GUESS_SPLIT)
			return function;
		while (i < d->function_count &&
		       (i == function || strcmp(d->functions[i].name, c->other) != 0 ||
			!module_same(d->functions[i].module, c->module)))
			i++;
		if (i == d->function_count)
			return function;
		function = i;
	}
	return function;
}

/* v is NULL: out of memory. */
static struct entries entries_of(const struct tree_diff *d)
{
	struct entries e = {calloc(d->function_count + 1, sizeof(*e.v)), d->function_count};

	for (size_t i = 0; i < e.n && e.v; i++) {
		const struct call_change *c = &d->functions[i];
		struct entry *whole = &e.v[whole_of(d, i)];

		e.v[i].c = c;
		whole->more += (double)call_change__more(c);
		if (whole != &e.v[i] && !whole->with) /* the largest comes first */
			whole->with = c;
	}
	if (e.v)
		qsort(e.v, e.n, sizeof(*e.v), compare_entries);
	return e;
}

static void say_note(struct strbuf *s, const struct entry *e)
{
	const struct call_change *c = e->c;

	if (e->with || c->guess == GUESS_RENAMED) {
		strbuf__add(s, e->with ? " (a guess: with " : " (a guess: it was ");
		strbuf__add_escaped(s, e->with ? e->with->name : c->other);
		strbuf__add(s, ")");
	} else if (!c->in_a || !c->in_b) {
		strbuf__add(s, " (only in %c)", c->in_a ? 'A' : 'B');
	}
}

static void say_function(struct strbuf *s, const struct entry *e, double per, bool unit)
{
	strbuf__add_escaped(s, e->c->name);
	strbuf__add(s, " ");
	say_more(s, e->more / per);
	strbuf__add(s, "%s", unit ? " instructions" : "");
	say_note(s, e);
}

/* The function that changed most, up or down as that is; NULL: none. */
static const struct entry *largest(const struct entries *e, double way)
{
	for (size_t i = 0; i < e->n; i++) {
		if (same_way(e->v[i].more, way))
			return &e->v[i];
	}
	return NULL;
}

static void say_entries(struct strbuf *s, const struct tree_diff *d, const struct entries *e)
{
	double pages = cause__pages(d->of[1]), whole = (double)(d->b - d->a), per;
	const struct entry *first = largest(e, whole), *opposite = largest(e, -whole);
	size_t said = 0;

	if (!first) {
		strbuf__add(s, "medians of the whole differ, those of no function do");
		return;
	}
	if (pages != cause__pages(d->of[0]))
		pages = 0;
	per = pages > 0 && fabs(first->more) >= pages ? pages : 1;
	strbuf__add(s, per > 1 ? "a page, " : "a birth, ");
	for (size_t i = 0; i < e->n && said < FUNCTIONS_NAMED; i++) {
		if (!same_way(e->v[i].more, whole) || fabs(e->v[i].more) < 0.05 * fabs(first->more))
			continue;
		strbuf__add(s, "%s", said ? ", " : "");
		say_function(s, &e->v[i], per, said == 0);
		said++;
	}
	/* It hides something if it is not small beside the first. */
	if (opposite && 4 * fabs(opposite->more) >= fabs(first->more)) {
		strbuf__add(s, "; against it ");
		say_function(s, opposite, per, false);
	}
}

static void say_functions(struct strbuf *s, const struct tree_diff *d)
{
	struct entries e = entries_of(d);

	if (e.v)
		say_entries(s, d, &e);
	else
		s->failed = true;
	free(e.v);
}

/* "main", "the constructor of libslow.so" */
static void say_stage(struct strbuf *s, enum start_stage stage, const char *module)
{
	if (stage == START_CONSTRUCTORS && module) {
		strbuf__add(s, "the constructors of ");
		strbuf__add_escaped(s, module);
	} else {
		strbuf__add(s, "%s",
			    stage == START_LOADER  ? "the dynamic loader"
			    : stage == START_OTHER ? "the program"
						   : start_stage_title(stage));
	}
}

static bool is_among(const char *module, const char *const *modules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (module_same(modules[i], module))
			return true;
	}
	return false;
}

/* The function of this stage whose own instructions changed most; NULL: none stands out. */
static const struct call_change *function_in(const struct tree_diff *d, const struct start *starts,
					     int side, const struct start_change *row)
{
	const struct call_tree *t = d->of[side];
	double whole = (double)start_change__more(row);

	for (size_t i = 0; i < d->function_count; i++) {
		const struct call_change *c = &d->functions[i];

		if (!is_half((double)call_change__more(c), whole))
			continue;
		for (size_t k = 0; k < t->node_count; k++) {
			const struct call_node *n = &t->nodes[k];

			if (n->part == PART_PROGRAM && starts->places[k].stage == row->stage &&
			    module_same(starts->places[k].module, row->module) &&
			    !strcmp(n->name, c->name) && !strcmp(n->module, c->module))
				return c;
		}
	}
	return NULL;
}

/* The system call of this stage that changed most; NULL: none has half of the change. */
static const struct start_syscall_change *syscall_in(const struct start_diff *d,
						     const struct start_change *row)
{
	double whole = (double)start_change__more(row);

	for (size_t i = 0; i < d->syscall_count; i++) {
		const struct start_syscall_change *c = &d->syscalls[i];

		if (c->b.name && c->b.stage == row->stage &&
		    module_same(c->b.module, row->module) &&
		    is_half((double)(c->b.instructions - c->a.instructions), whole))
			return c;
	}
	return NULL;
}

static void say_count(struct strbuf *s, int64_t more, const char *one, const char *many)
{
	int64_t count = llabs(more);

	strbuf__add(s, "%s %s %s", text_count((double)count).text, more < 0 ? "fewer" : "more",
		    text_plural(count, one, many));
}

/* "2,000 more calls of mmap by main: +1,234,567 instructions" */
static void say_syscall(struct strbuf *s, const struct start_syscall_change *c,
			const struct start_change *row)
{
	int64_t calls = c->b.calls - c->a.calls;

	if (calls) {
		say_count(s, calls, "call", "calls");
		strbuf__add(s, " of ");
	}
	strbuf__add_escaped(s, c->b.name);
	strbuf__add(s, " by ");
	say_stage(s, row->stage, row->module);
	strbuf__add(s, ": ");
	say_instructions(s, (double)(c->b.instructions - c->a.instructions));
}

/* "relocation: +3,400,000 instructions, +1,500,000 of them for 391 more page faults" */
static void say_row(struct strbuf *s, const struct tree_diff *d, const struct start_diff *starts,
		    const struct start_change *row)
{
	const struct start_syscall_change *call = syscall_in(starts, row);
	double more = (double)start_change__more(row);
	int64_t faults = row->b.faults - row->a.faults;
	int64_t fault_count = row->b.fault_count - row->a.fault_count;
	const struct start *side = more > 0 ? &starts->b : &starts->a;
	const struct call_change *function;

	if (call && row->stage != START_EXEC) {
		say_syscall(s, call, row);
		return;
	}
	say_stage(s, row->stage, row->module);
	if (row->module && more > 0 &&
	    is_among(row->module, starts->new_modules, starts->new_count))
		strbuf__add(s, " (not in A)");
	strbuf__add(s, ": ");
	say_instructions(s, more);
	if (fault_count && 10 * fabs((double)faults) >= fabs(more)) {
		strbuf__add(s, ", ");
		say_more(s, (double)faults);
		strbuf__add(s, " of them for ");
		say_count(s, fault_count, "page fault", "page faults");
	}
	function = start_stage_of_loader(row->stage) ? NULL : function_in(d, side, more > 0, row);
	if (function && strcmp(function->name, start_stage_title(row->stage))) {
		strbuf__add(s, ", most in ");
		strbuf__add_escaped(s, function->name);
	}
}

/* What the loader does for libraries changed by so many instructions. */
static double loader_more(const struct start_diff *d)
{
	double more = 0;

	for (size_t i = 0; i < d->row_count; i++) {
		if (start_stage_of_loader(d->rows[i].stage))
			more += (double)start_change__more(&d->rows[i]);
	}
	return more;
}

static int64_t libraries_more(const struct start_diff *d)
{
	if (d->a.libraries == MISSING || d->b.libraries == MISSING)
		return 0;
	return d->b.libraries - d->a.libraries;
}

/* " (liba.so, libb.so and 28 more)" */
static void say_modules(struct strbuf *s, const char *const *modules, size_t known, size_t count)
{
	size_t named = known < MODULES_NAMED ? known : MODULES_NAMED;

	for (size_t i = 0; i < named && i < count; i++) {
		strbuf__add(s, i ? ", " : " (");
		strbuf__add_escaped(s, modules[i]);
	}
	if (named > 0 && named < count)
		strbuf__add(s, " and %zu more", count - named);
	if (named > 0)
		strbuf__add(s, ")");
}

/* "30 more libraries (...): +2,345,678 instructions: symbol lookup +1,000,000, ..." */
static void say_libraries(struct strbuf *s, const struct start_diff *d, int64_t libraries)
{
	bool more = libraries > 0;
	const char *separator = ": ";

	say_count(s, libraries, "library", "libraries");
	say_modules(s, more ? d->new_modules : d->gone_modules, more ? d->new_count : d->gone_count,
		    (size_t)(more ? libraries : -libraries));
	strbuf__add(s, ": ");
	say_instructions(s, loader_more(d));
	strbuf__add(s, " of the loader");
	for (size_t i = 0; i < d->row_count; i++) {
		const struct start_change *row = &d->rows[i];

		if (!start_stage_of_loader(row->stage) || row->stage == START_LOADER ||
		    !same_way((double)start_change__more(row), loader_more(d)))
			continue;
		strbuf__add(s, "%s%s ", separator, start_stage_title(row->stage));
		say_more(s, (double)start_change__more(row));
		separator = ", ";
	}
}

static const struct start_change *largest_row(const struct start_diff *d, double whole)
{
	for (size_t i = 0; i < d->row_count; i++) {
		if (same_way((double)start_change__more(&d->rows[i]), whole))
			return &d->rows[i];
	}
	return NULL;
}

/* Libraries, if it is they; but a constructor that has half of the change says more. */
static bool say_start(struct strbuf *s, const struct tree_diff *d, const struct start_diff *starts)
{
	double whole = (double)(starts->b.total - starts->a.total);
	const struct start_change *row = largest_row(starts, whole);
	int64_t libraries = libraries_more(starts);
	bool constructor;

	if (!row)
		return false;
	constructor =
		row->stage == START_CONSTRUCTORS && is_half((double)start_change__more(row), whole);
	if (!constructor && same_way((double)libraries, whole) &&
	    is_half(loader_more(starts), whole))
		say_libraries(s, starts, libraries);
	else
		say_row(s, d, starts, row);
	return true;
}

static bool same_kernel(const struct tree_diff *d)
{
	const char *a = d->of[0]->kernel, *b = d->of[1]->kernel;

	return a && b ? !strcmp(a, b) : a == b;
}

void cause__say(struct strbuf *s, const struct tree_diff *d, const struct start_diff *starts)
{
	double whole = (double)(d->b - d->a);
	const int64_t *program = d->parts[PART_PROGRAM];

	if (whole == 0 && d->function_count > 0 && call_change__more(&d->functions[0]) == 0) {
		strbuf__add(s, "each function executes as many");
		return;
	}
	if (whole == 0) {
		strbuf__add(s, "functions differ, and cancel out");
		return;
	}
	if (starts && same_kernel(d) && is_half((double)(program[1] - program[0]), whole) &&
	    say_start(s, d, starts))
		return;
	say_functions(s, d);
}

void cause__answer(struct strbuf *s, const struct tree_diff *d, const struct start_diff *starts)
{
	char a[128], b[128];

	call_tree__cell_name(d->of[0], a, sizeof(a));
	call_tree__cell_name(d->of[1], b, sizeof(b));
	strbuf__add(s, "%s", a);
	if (strcmp(a, b))
		strbuf__add(s, " and %s", b);
	strbuf__add(s, ": %s -> %s instructions a birth, ", text_count((double)d->a).text,
		    text_count((double)d->b).text);
	if (d->a > 0 && d->b >= 10 * d->a)
		strbuf__add(s, "%s times as many: ",
			    text_count(rint((double)d->b / (double)d->a)).text);
	else
		strbuf__add(s, "%s: ", text_change((double)d->a, (double)d->b).text);
	cause__say(s, d, starts);
}

/* Whether a function that copies page-table entries executes so many instructions. */
static bool copies_pages(const struct call_tree *t, double pages)
{
	for (size_t i = 0; i < t->node_count; i++) {
		const struct call_node *n = &t->nodes[i];

		if (n->kind != CALL_ROOT && !strcmp(n->name, "copy_page_range") &&
		    (double)n->total >= pages)
			return true;
	}
	return false;
}

double cause__pages(const struct call_tree *t)
{
	const struct cell c = call_tree__cell(t);
	const char *size = cell__pages(&c), *mapping = cell__key_text(&c, "mapping");
	int64_t bytes = cell__parent_bytes(&c);
	double pages = bytes == MISSING ? 0 : (double)bytes / 4096;

	if ((size && strcmp(size, "4k")) || (mapping && strcmp(mapping, "anonymous")) ||
	    pages < SMALL_PAGES || !copies_pages(t, pages))
		return 0;
	return pages;
}
