// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/inherit/table.h"

#include <errno.h>
#include <string.h>

#include "user/text/columns.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"
#include "user/text/strbuf.h"

/* Columns of the labels, and of a mark with its star, each with the gap. */
#define LABELS_WIDTH  31
#define MARK_WIDTH    7
#define GAP	      2
#define DEVIATING_MAX 12 /* methods that are named */
#define NAME_WIDTH    12

static const char *const titles[] = {
	[FAMILY_CALLS] = "What a child has of its parent",
	[FAMILY_CLONE] = "By flags of clone",
	[FAMILY_NAMESPACES] = "In new namespaces",
	[FAMILY_SPAWN] = "By attributes of posix_spawn",
};

/* The method that a family is compared with. */
static const char *const bases[] = {
	[FAMILY_CALLS] = "fork",
	[FAMILY_CLONE] = "clone",
	[FAMILY_NAMESPACES] = "clone",
	[FAMILY_SPAWN] = "spawn",
};

static size_t find_method(const char *name)
{
	size_t m = 0;

	while (strcmp(inherit_methods[m].name, name))
		m++;
	return m;
}

static bool is_wanted(const struct matrix *x, size_t method)
{
	for (size_t p = 0; p < x->properties; p++)
		if (matrix_at(x, p, method)->wanted)
			return true;
	return false;
}

/* One table: the wanted methods from first to before end. */
struct part {
	const struct matrix *x;
	size_t first, end;
};

static bool row_is_shown(const struct part *t, size_t property)
{
	for (size_t m = t->first; m < t->end; m++)
		if (matrix_at(t->x, property, m)->wanted)
			return true;
	return false;
}

static const char *star(const struct finding *f)
{
	return finding_deviates(f) ? "*" : "";
}

static int print_part(const struct part *t, const char *title, FILE *out, bool colour)
{
	struct columns *s = columns__new();
	const struct property_group *last = NULL;

	columns__head(s, COLUMNS_LABEL, "GROUP", "PROPERTY", NULL);
	for (size_t m = t->first; m < t->end; m++)
		if (is_wanted(t->x, m))
			columns__head(s, 0, inherit_methods[m].name, NULL);
	for (size_t p = 0; p < t->x->properties; p++) {
		const struct property_group *g = property_group_at(p);

		if (!row_is_shown(t, p))
			continue;
		columns__add(s, "%s", g == last ? "" : g->name);
		columns__add(s, "%s", property_at(p)->name);
		for (size_t m = t->first; m < t->end; m++) {
			const struct finding *f = matrix_at(t->x, p, m);

			if (is_wanted(t->x, m))
				columns__add(s, "%s%s", mark_name(f->mark), star(f));
		}
		last = g;
	}
	return columns__finish(s, title, out, colour);
}

static size_t width_of(const struct matrix *x, size_t method)
{
	size_t name = strlen(inherit_methods[method].name);

	return is_wanted(x, method) ? (name > MARK_WIDTH ? name : MARK_WIDTH) + GAP : 0;
}

static size_t family_end(size_t first)
{
	size_t m = first;

	while (m < inherit_method_count &&
	       inherit_methods[m].family == inherit_methods[first].family)
		m++;
	return m;
}

/* All in tables, each as wide as the terminal allows; of chosen methods, whatever their family. */
static int print_tables(const struct matrix *x, const struct inherit_view *view, FILE *out)
{
	int err = 0;

	for (size_t m = 0; m < inherit_method_count && !err;) {
		struct part t = {x, m, m};
		size_t width = LABELS_WIDTH,
		       end = view->chosen ? inherit_method_count : family_end(m);

		do
			width += width_of(x, m++);
		while (m < end && width + width_of(x, m) <= layout_width());
		t.end = m;
		err = print_part(
			&t, titles[view->chosen ? FAMILY_CALLS : inherit_methods[t.first].family],
			out, view->colour);
	}
	return err;
}

/* What a method has that the base has not: "shared: umask, ...; reset: ...". */
static void print_differences(const struct matrix *x, size_t method, size_t base, FILE *out)
{
	struct strbuf s = {0};

	for (enum mark k = MARK_SAME; k <= MARK_NOT; k++) {
		bool first = true;

		for (size_t p = 0; p < x->properties; p++) {
			const struct finding *f = matrix_at(x, p, method);

			if (f->mark != k || f->mark == matrix_at(x, p, base)->mark)
				continue;
			if (first)
				strbuf__add(&s, "%s%s: ", s.length ? "; " : "", mark_name(k));
			strbuf__add(&s, "%s%s%s", first ? "" : ", ", property_at(p)->name, star(f));
			first = false;
		}
	}
	layout_field(out, inherit_methods[method].name, NAME_WIDTH,
		     x->refused[method] ? "-"
		     : s.length		? strbuf__text(&s)
					: "nothing else");
	strbuf__free(&s);
}

static void print_title(enum family family, FILE *out, bool colour)
{
	struct strbuf s = {0};

	strbuf__add(&s, "%s: what is not as with %s", titles[family], bases[family]);
	layout_title(out, strbuf__text(&s), colour);
	strbuf__free(&s);
}

/*
 * The first families in one table, as many as the terminal has room for; of the others, in what
 * they differ.
 */
static int print_summary(const struct matrix *x, const struct inherit_view *view, FILE *out)
{
	struct part t = {x, 0, 0};
	size_t width = LABELS_WIDTH;
	int err;

	for (size_t m = 0, end; m < inherit_method_count; m = end) {
		end = family_end(m);
		for (size_t i = m; i < end; i++)
			width += width_of(x, i);
		if (m && width > layout_width())
			break;
		t.end = end;
	}
	err = print_part(&t, titles[FAMILY_CALLS], out, view->colour);
	for (size_t m = t.end; m < inherit_method_count && !err; m++) {
		enum family family = inherit_methods[m].family;

		if (m == t.end || family != inherit_methods[m - 1].family)
			print_title(family, out, view->colour);
		if (m != find_method(bases[family]))
			print_differences(x, m, find_method(bases[family]), out);
	}
	return err;
}

static void print_marks(const struct matrix *x, FILE *out)
{
	bool seen[MARK_UNSAID + 1] = {false}, deviates = false;
	struct strbuf s = {0};

	for (size_t i = 0; i < x->properties * inherit_method_count; i++) {
		seen[x->findings[i].mark] |= x->findings[i].wanted;
		deviates |= finding_deviates(&x->findings[i]);
	}
	for (enum mark k = 0; k <= MARK_UNSAID; k++)
		if (seen[k])
			strbuf__add(&s, "%s%s: %s", s.length ? "; " : "", mark_name(k),
				    mark_meaning(k));
	fputc('\n', out);
	layout_print(out, 2, "%s%s", strbuf__text(&s),
		     deviates ? "; *: not what the man pages say" : "");
	strbuf__free(&s);
}

/* Whether two findings deviate in the same way. */
static bool alike(const struct finding *a, const struct finding *b)
{
	return finding_deviates(a) && finding_deviates(b) && a->mark == b->mark &&
	       a->expected.mark == b->expected.mark;
}

static void print_deviation(const struct matrix *x, size_t p, size_t first, FILE *out)
{
	const struct finding *f = matrix_at(x, p, first);
	const struct property *property = property_at(p);
	struct strbuf s = {0};
	size_t count = 0;

	for (size_t m = first; m < inherit_method_count; m++)
		if (alike(f, matrix_at(x, p, m)) && ++count <= DEVIATING_MAX)
			strbuf__add(&s, "%s%s", s.length ? ", " : "", inherit_methods[m].name);
	if (count > DEVIATING_MAX)
		strbuf__add(&s, " and %zu more", count - DEVIATING_MAX);
	layout_print(out, 2,
		     "* %s (%s): %s, not %s%s%s (in the parent \"%s\", in the child \"%s\", then "
		     "in the parent \"%s\")%s%s",
		     property->name, strbuf__text(&s), mark_name(f->mark),
		     mark_name(f->expected.mark), f->expected.page ? " as in " : "",
		     f->expected.page ? f->expected.page : "", f->before, f->child, f->after,
		     property->note ? "; " : "", property->note ? property->note : "");
	strbuf__free(&s);
}

static void print_deviations(const struct matrix *x, FILE *out)
{
	for (size_t p = 0; p < x->properties; p++)
		for (size_t m = 0; m < inherit_method_count; m++) {
			const struct finding *f = matrix_at(x, p, m);
			bool is_first = finding_deviates(f);

			for (size_t i = 0; i < m && is_first; i++)
				is_first = !alike(matrix_at(x, p, i), f);
			if (is_first)
				print_deviation(x, p, m, out);
		}
}

static void add_absent(struct strbuf *s, const struct matrix *x, size_t p, const char *why)
{
	size_t wanted = 0, absent = 0, last = 0;

	for (size_t m = 0; m < inherit_method_count; m++) {
		const struct finding *f = matrix_at(x, p, m);

		if (!f->wanted || x->refused[m])
			continue;
		wanted++;
		if (!strcmp(f->absent, why)) {
			absent++;
			last = m;
		}
	}
	if (!absent)
		return;
	strbuf__add(s, "%s%s", s->length ? ", " : "", property_at(p)->name);
	if (absent == 1 && wanted > 1)
		strbuf__add(s, " (%s)", inherit_methods[last].name);
	else if (absent < wanted)
		strbuf__add(s, " (%zu of %zu methods)", absent, wanted);
}

static void print_reason(const struct matrix *x, const char *why, FILE *out)
{
	struct strbuf s = {0};

	for (size_t m = 0; m < inherit_method_count; m++)
		for (size_t p = 0; p < x->properties && x->refused[m]; p++)
			if (matrix_at(x, p, m)->wanted) {
				if (!strcmp(matrix_at(x, p, m)->absent, why))
					strbuf__add(&s, "%s%s", s.length ? ", " : "",
						    inherit_methods[m].name);
				break;
			}
	for (size_t p = 0; p < x->properties; p++)
		add_absent(&s, x, p, why);
	layout_print(out, 2, "Not tested: %s: %s", strbuf__text(&s), why);
	strbuf__free(&s);
}

static void print_reasons(const struct matrix *x, FILE *out)
{
	size_t count = x->properties * inherit_method_count;

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &x->findings[i];
		bool is_first = f->wanted && f->absent[0];

		for (size_t k = 0; k < i && is_first; k++)
			is_first =
				!x->findings[k].wanted || strcmp(x->findings[k].absent, f->absent);
		if (is_first)
			print_reason(x, f->absent, out);
	}
}

static void print_leaks(const struct matrix *x, FILE *out)
{
	struct strbuf s = {0};

	for (size_t i = 0; i < x->leak_count; i++)
		strbuf__add(&s, "%s%d (%s)", i ? ", " : "", x->leaks[i].fd, x->leaks[i].path);
	if (x->leaks_more)
		strbuf__add(&s, ", and %zu more", x->leaks_more);
	if (x->leak_count)
		layout_print(out, 2,
			     "- Descriptors without close-on-exec leak: besides 0, 1 and 2, our "
			     "caller gave us, and each program that we would start, %s.",
			     strbuf__text(&s));
	else
		layout_print(out, 2,
			     "- Descriptors without close-on-exec leak: here none besides 0, 1 and "
			     "2, which our caller gave us.");
	strbuf__free(&s);
}

/* Of a property and a method that exist. */
static const struct finding *find(const struct matrix *x, const char *property, const char *method)
{
	size_t p = 0;

	while (strcmp(property_at(p)->name, property))
		p++;
	return matrix_at(x, p, find_method(method));
}

/* Where both were tried with fork. */
static void print_fragile(const struct matrix *x, FILE *out, bool colour)
{
	const struct finding *threads = find(x, "other threads", "fork"),
			     *lock = find(x, "lock held elsewhere", "fork");

	if (!threads->wanted || !lock->wanted)
		return;
	layout_title(out, "What makes fork fragile", colour);
	if (threads->mark == MARK_LOST)
		layout_print(out, 2,
			     "- Of two threads, only the one that called fork is in the child.");
	if (lock->mark == MARK_STUCK)
		layout_print(
			out, 2,
			"- A mutex that the other held stays locked in the child: "
			"pthread_mutex_timedlock gave up after 20 ms, when the parent's had "
			"long been released. With malloc's or a logger's lock, the child hangs.");
	print_leaks(x, out);
}

static void add_page(struct strbuf *s, const char *page)
{
	if (page && !strstr(strbuf__text(s), page))
		strbuf__add(s, "%s%s", s->length ? ", " : "", page);
}

static void print_tests(const struct matrix *x, FILE *out, bool colour)
{
	layout_title(out, "How each is tested, and what says what to expect", colour);
	for (size_t p = 0; p < x->properties; p++) {
		const struct property *property = property_at(p);
		struct strbuf pages = {0};
		bool wanted = false;

		for (size_t m = 0; m < inherit_method_count; m++)
			wanted |= matrix_at(x, p, m)->wanted;
		if (!wanted)
			continue;
		add_page(&pages, property->born.page);
		for (size_t i = 0; i < BUT_MAX && property->but[i].bits; i++)
			add_page(&pages, property->but[i].page);
		add_page(&pages, property->exec.page);
		layout_print(out, 4, "%s: %s. [%s]", property->name, property->test,
			     strbuf__text(&pages));
		strbuf__free(&pages);
	}
}

static void print_methods(const struct matrix *x, FILE *out, bool colour)
{
	layout_title(out, "The methods", colour);
	for (size_t m = 0; m < inherit_method_count; m++)
		if (is_wanted(x, m))
			layout_field(out, inherit_methods[m].name, NAME_WIDTH,
				     inherit_methods[m].call);
}

int inherit_print(const struct matrix *x, const struct inherit_view *view, FILE *out)
{
	bool tables = view->all || view->chosen;
	int err = tables ? print_tables(x, view, out) : print_summary(x, view, out);

	if (err)
		return err;
	print_marks(x, out);
	print_deviations(x, out);
	print_reasons(x, out);
	print_fragile(x, out, view->colour);
	if (view->all) {
		print_tests(x, out, view->colour);
		print_methods(x, out, view->colour);
	}
	return fflush(out) || ferror(out) ? -errno : 0;
}
