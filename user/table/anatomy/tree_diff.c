// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/anatomy/tree_diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/answers/cause.h"
#include "user/model/series.h"
#include "user/text/columns.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

#define FOLDED_SHARE 0.01
#define FOLDED_ROWS  20

static void add_count(struct columns *s, int64_t n)
{
	columns__add(s, "%s", text_count((double)n).text);
}

static void add_change(struct columns *s, int64_t more)
{
	const char *sign = more < 0 ? "-" : more > 0 ? "+" : "";

	columns__add(s, "%s%s", sign, text_count((double)llabs(more)).text);
}

static void add_both(struct columns *s, int64_t a, int64_t b)
{
	add_count(s, a);
	add_count(s, b);
	add_change(s, b - a);
}

/* What there is to say of a function that stands on one side only. */
static void add_note(struct columns *s, const struct call_change *c)
{
	static const char *const guesses[] = {
		[GUESS_RENAMED] = "was",
		[GUESS_INLINED] = "inlined in",
		[GUESS_SPLIT] = "was in",
	};

	if (c->guess)
		columns__add(s, "%s %s?", guesses[c->guess], c->other);
	else if (!c->in_a || !c->in_b)
		columns__add(s, "only in %c", c->in_a ? 'A' : 'B');
	else
		columns__add(s, "-");
}

static void add_figures(struct columns *s, const struct call_change *c)
{
	add_both(s, c->a.own, c->b.own);
	add_change(s, c->b.total - c->a.total);
	add_change(s, c->b.calls - c->a.calls);
	add_note(s, c);
}

static void add_heads(struct columns *s)
{
	columns__head(s, COLUMNS_RIGHT, "OWN A", "OWN B", "CHANGE", "WITH CALLED", "CALLS", NULL);
	columns__head(s, COLUMNS_OPTIONAL, "NOTE", NULL);
}

/* Rows are printed up to this many, and as long as they change by this much. */
struct fold {
	size_t rows, left_out;
	int64_t least;
	bool all;
};

static bool is_shown(struct fold *f, const struct call_change *c)
{
	int64_t more = llabs(call_change__more(c));

	if (more == 0)
		return false;
	if (f->all || (f->rows < FOLDED_ROWS && more >= f->least)) {
		f->rows++;
		return true;
	}
	f->left_out++;
	return false;
}

static struct fold fold_of(const struct tree_diff *d, bool all)
{
	int64_t sum = 0;

	for (size_t i = 0; i < d->function_count; i++)
		sum += llabs(call_change__more(&d->functions[i]));
	return (struct fold){.least = (int64_t)(FOLDED_SHARE * (double)sum), .all = all};
}

static void print_left_out(const struct fold *f, FILE *out)
{
	if (f->left_out > 0)
		layout_print(out, 2, "and %zu that changed less; --all shows them", f->left_out);
}

static int print_functions(const struct tree_diff *d, bool all, FILE *out, bool colour)
{
	struct columns *s = columns__new();
	struct fold f = fold_of(d, all);
	int err;

	columns__head(s, COLUMNS_LABEL, "FUNCTION", "MODULE", NULL);
	add_heads(s);
	for (size_t i = 0; i < d->function_count; i++) {
		const struct call_change *c = &d->functions[i];

		if (!is_shown(&f, c))
			continue;
		columns__add(s, "%s", c->name);
		columns__add(s, "%s", *c->module ? c->module : "-");
		add_figures(s, c);
	}
	err = columns__finish(s, "Functions, by the change of their own instructions (a birth)",
			      out, colour);
	print_left_out(&f, out);
	return err;
}

/* The function, and the two that called it: "... > copy_p4d_range > vm_normal_page". */
static void add_path(struct columns *s, const struct tree_diff *d, size_t path)
{
	size_t above = d->paths[path].parent, top = CALL_NO_PARENT;

	if (above != CALL_NO_PARENT)
		top = d->paths[above].parent;
	if (top == CALL_NO_PARENT)
		columns__add(s, "%s > %s", d->paths[above].change.name, d->paths[path].change.name);
	else
		columns__add(s, "%s%s > %s > %s",
			     d->paths[top].parent == CALL_NO_PARENT ? "" : ".. > ",
			     d->paths[top].change.name, d->paths[above].change.name,
			     d->paths[path].change.name);
}

static int print_paths(const struct tree_diff *d, bool all, FILE *out, bool colour)
{
	struct columns *s = columns__new();
	struct fold f = fold_of(d, all);
	int err;

	columns__head(s, COLUMNS_LABEL | COLUMNS_WIDE, "PATH", NULL);
	add_heads(s);
	for (size_t i = 0; i < d->path_count; i++) {
		size_t path = d->by_change[i];
		const struct path_change *p = &d->paths[path];

		if (p->kind == CALL_ROOT || !is_shown(&f, &p->change))
			continue;
		add_path(s, d, path);
		add_figures(s, &p->change);
	}
	err = columns__finish(s, "Paths of calls, by the same", out, colour);
	print_left_out(&f, out);
	return err;
}

static void add_stage(struct columns *s, enum start_stage stage, const char *module)
{
	if (module)
		columns__add(s, "%s of %s", start_stage_title(stage), module);
	else
		columns__add(s, "%s", start_stage_title(stage));
}

/* Less than a thousandth of the whole is no news. */
static bool is_news(const struct start_diff *d, int64_t more, bool all)
{
	return more != 0 &&
	       (all || 1000.0 * (double)llabs(more) >= (double)llabs(d->b.total - d->a.total));
}

static int print_starts(const struct start_diff *d, bool all, FILE *out, bool colour)
{
	struct columns *s = columns__new();

	columns__head(s, COLUMNS_LABEL | COLUMNS_WIDE, "STAGE", NULL);
	columns__head(s, COLUMNS_RIGHT, "A", "B", "CHANGE", "FAULTS", "SYSCALLS", NULL);
	for (size_t i = 0; i < d->row_count; i++) {
		const struct start_change *row = &d->rows[i];

		if (!is_news(d, start_change__more(row), all))
			continue;
		add_stage(s, row->stage, row->module);
		add_both(s, start_figures__sum(&row->a), start_figures__sum(&row->b));
		add_change(s, row->b.fault_count - row->a.fault_count);
		add_change(s, row->b.syscall_count - row->a.syscall_count);
	}
	return columns__finish(s,
			       "The program's own start, exec to exit: instructions, with the "
			       "kernel's; more page faults, more system calls",
			       out, colour);
}

static int print_syscalls(const struct start_diff *d, bool all, FILE *out, bool colour)
{
	struct columns *s = columns__new();
	size_t rows = 0;

	columns__head(s, COLUMNS_LABEL | COLUMNS_WIDE, "SYSTEM CALL", "BY", NULL);
	columns__head(s, COLUMNS_RIGHT, "CALLS A", "CALLS B", "A", "B", "CHANGE", NULL);
	for (size_t i = 0; i < d->syscall_count && rows < FOLDED_ROWS; i++) {
		const struct start_syscall_change *c = &d->syscalls[i];

		if (!c->b.name || !is_news(d, c->b.instructions - c->a.instructions, all))
			continue;
		rows++;
		columns__add(s, "%s", c->b.name);
		add_stage(s, c->b.stage, c->b.module);
		add_count(s, c->a.calls);
		add_count(s, c->b.calls);
		add_both(s, c->a.instructions, c->b.instructions);
	}
	return columns__finish(s, "Its system calls", out, colour);
}

static void print_side(const struct tree_diff *d, int side, const char *name, FILE *out)
{
	const struct call_tree *t = d->of[side];
	char unresolved[96] = "";

	if (t->unresolved)
		snprintf(unresolved, sizeof(unresolved),
			 "; %s of these in functions without a name",
			 text_count((double)t->unresolved).text);
	layout_print(out, 2, "%c: %s%skernel %s, %zu %s, %s instructions a birth%s",
		     side ? 'B' : 'A', name ? name : "", name ? ", " : "",
		     t->kernel ? t->kernel : "not known", t->births,
		     text_plural((int64_t)t->births, "birth", "births"),
		     text_count((double)(side ? d->b : d->a)).text, unresolved);
}

int table_tree_diff(const struct tree_diff *d, const struct start_diff *starts,
		    const char *const names[2], bool all, FILE *out, bool colour)
{
	struct strbuf answer = {0};
	int err;

	cause__answer(&answer, d, starts);
	if (isatty(fileno(out)))
		layout_wrap(out, 0, 2, strbuf__text(&answer));
	else /* one line, for `head -1` and grep */
		fprintf(out, "%s\n", strbuf__text(&answer));
	err = answer.failed ? -ENOMEM : 0;
	strbuf__free(&answer);
	for (int side = 0; side < 2; side++)
		print_side(d, side, names[side], out);
	if (!err && starts && starts->a.total + starts->b.total > 0) {
		err = print_starts(starts, all, out, colour);
		if (!err)
			err = print_syscalls(starts, all, out, colour);
	}
	if (!err)
		err = print_functions(d, all, out, colour);
	return err ? err : print_paths(d, all, out, colour);
}

int table_start(const struct start *s, FILE *out, bool colour)
{
	struct columns *c;
	int err;

	if (s->total == 0)
		return 0;
	c = columns__new();
	columns__head(c, COLUMNS_LABEL | COLUMNS_WIDE, "STAGE", NULL);
	columns__head(c, COLUMNS_RIGHT, "INSTRUCTIONS", "CODE", "FAULTS", "SYSCALLS", NULL);
	for (size_t i = 0; i < s->row_count; i++) {
		const struct start_row *row = &s->rows[i];

		add_stage(c, row->stage, row->module);
		add_count(c, start_figures__sum(&row->is));
		add_count(c, row->is.user);
		add_count(c, row->is.faults);
		add_count(c, row->is.syscalls);
	}
	err = columns__finish(c, "The program's own start, exec to exit", out, colour);
	if (s->libraries != MISSING)
		layout_print(out, 2,
			     "The loader maps %" PRId64 " %s. Calls do not show which of them a "
			     "relocation or a lookup is for.",
			     s->libraries, text_plural(s->libraries, "library", "libraries"));
	return err;
}
