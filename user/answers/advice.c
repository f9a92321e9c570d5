// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/answers/advice.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "user/text/numbers.h"

/* More than a program has that did not ask for them: of libraries, and of what it runs on. */
#define MANY_VMAS	 1000
#define MANY_DESCRIPTORS 256

#define WITHOUT_CALIBRATION "profile without --no-calibrate measures it"

/* A piece of advice, and when it is given: a row in `kinds`. */
struct advice_kind {
	const char *name;
	/* Sets what, and what is saved or why that is not known. False: no case for it. */
	bool (*applies)(struct advice *a, const struct calibration *c, const char *clock);
	const char *basis;	  /* of the saving */
	bool calibrated;	  /* figures of the calibration are part of it, */
	enum whatif_kind figures; /* these */
};

static double median(const struct sketch *s)
{
	return sketch__quantile(s, 0.5);
}

static const char *count(uint64_t n, struct number *buf)
{
	*buf = text_count((double)n);
	return buf->text;
}

/* posix_spawn holds its parent until the child execs: said where that is longer than the fork. */
static void add_longer_call(struct advice *a, const struct whatif_estimates *e, const char *clock)
{
	if (e->call < e->spawn_call.low)
		strbuf__add(&a->what, ", though a call then takes %s to %s, not %s",
			    text_plain_time(e->spawn_call.low, clock).text,
			    text_plain_time(e->spawn_call.high, clock).text,
			    text_plain_time(e->call, clock).text);
}

/* What follows from the copy is saved, too: at least so much of it as posix_spawn does not cost. */
static struct estimate spawn_saving(const struct spawnable *w, const struct whatif_estimates *e)
{
	return (struct estimate){fmax(w->least_ns, w->most_ns - (double)w->n * e->spawn_call.high),
				 w->most_ns + w->rest_ns};
}

static bool spawn(struct advice *a, const struct calibration *c, const char *clock)
{
	const struct spawnable *w = &a->group->spawnable;
	const struct whatif_estimates e = whatif_estimate(a->group, WHATIF_SPAWNABLE, c);
	struct number n;

	if (!whatif_has(a->group, WHATIF_SPAWNABLE))
		return false;
	strbuf__add(&a->what, "posix_spawn or vfork for %s %s", count((uint64_t)w->n, &n),
		    text_plural(w->n, "fork that execs", "forks that exec"));
	add_longer_call(a, &e, clock);
	a->saved = spawn_saving(w, &e);
	return true;
}

static bool helper(struct advice *a, const struct calibration *c, const char *clock)
{
	const struct spawnable *w = &a->group->spawnable;
	const struct whatif_estimates e = whatif_estimate(a->group, WHATIF_SPAWNABLE, c);
	double calls = (double)w->call.n;
	struct number n;

	if (!whatif_has(a->group, WHATIF_SPAWNABLE) || !w->call.n)
		return false;
	strbuf__add(&a->what, "or a small helper, forked early, for ");
	if (w->n == 1)
		strbuf__add(&a->what, "this fork");
	else
		strbuf__add(&a->what, "these %s forks", count((uint64_t)w->n, &n));
	if (!c)
		strbuf__add(&a->unknown, WITHOUT_CALIBRATION);
	else if (isnan(e.helper_call.low))
		strbuf__add(&a->unknown, "fork is not calibrated: %s",
			    c->v[FIGURE_fork_exec].absent);
	else
		a->saved = (struct estimate){fmax(0, w->call.sum - calls * e.helper_call.high),
					     fmax(0, fmax(w->call.sum, w->most_ns + w->rest_ns) -
							     calls * e.helper_call.low)};
	a->rank = spawn_saving(w, &e);
	return !(a->saved.high < WHATIF_WORTH_NS);
}

static bool early(struct advice *a, const struct calibration *c, const char *clock)
{
	const struct staying *s = &a->group->staying;
	double threads = median(&a->group->count[COUNT_parent_threads]);
	struct number n;

	if (!whatif_has(a->group, WHATIF_COPIER))
		return false;
	strbuf__add(&a->what,
		    "forking before the heap%s, or MADV_DONTFORK, for what %s %s not need",
		    threads > 1 ? " and threads" : "", count(s->copy.n, &n),
		    text_plural((int64_t)s->copy.n, "child does", "children do"));
	a->saved = (struct estimate){0, s->copy.sum};
	return true;
}

static bool huge_pages(struct advice *a, const struct calibration *c, const char *clock)
{
	const struct staying *s = &a->group->staying;
	const struct whatif_estimates e = whatif_estimate(a->group, WHATIF_COPIER, c);
	double forks = (double)s->copy.n;
	struct number n;

	if (!whatif_has(a->group, WHATIF_COPIER) || e.cheap)
		return false;
	strbuf__add(&a->what, "huge pages (THP) below %s %s not exec", count(s->copy.n, &n),
		    text_plural((int64_t)s->copy.n, "fork that does", "forks that do"));
	if (!c)
		strbuf__add(&a->unknown, WITHOUT_CALIBRATION);
	else if (e.no_thp)
		whatif_add_no_thp(&a->unknown, &e, c, clock);
	else
		a->saved = (struct estimate){forks * (e.copy - e.thp_copy.high),
					     forks * (e.copy - e.thp_copy.low)};
	return !(a->saved.high < WHATIF_WORTH_NS);
}

/* What fork does for each VMA is what copy_mm has beside page tables. */
static bool fewer_vmas(struct advice *a, const struct calibration *c, const char *clock)
{
	const struct sketch *copy = &a->group->phase[PHASE_copy_mm],
			    *pages = &a->group->phase[PHASE_copy_pages];
	double vmas = median(&a->group->count[COUNT_parent_vmas]);

	if (!(vmas >= MANY_VMAS) || copy->sum < WHATIF_WORTH_NS)
		return false;
	strbuf__add(&a->what, "fewer VMAs: there are %s at a fork", text_count(rint(vmas)).text);
	if (!pages->n)
		strbuf__add(&a->unknown, "--detail full measures copy_pages, where it can");
	else
		a->saved = (struct estimate){0, fmax(0, copy->sum - pages->sum)};
	return !(a->saved.high < WHATIF_WORTH_NS);
}

/* What closing many descriptors may take is all before the exec. `format` has their number. */
static bool closes_many(struct advice *a, double fds, const char *format)
{
	const struct sketch *before = &a->group->phase[PHASE_pre_exec];

	if (!(fds >= MANY_DESCRIPTORS) || before->sum < WHATIF_WORTH_NS)
		return false;
	strbuf__add(&a->what, format, text_count(rint(fds)).text);
	a->saved = (struct estimate){0, before->sum};
	return true;
}

static bool close_range_if(struct advice *a, const struct calibration *c, const char *clock)
{
	return !a->group->count[COUNT_child_syscalls].n &&
	       closes_many(a, median(&a->group->count[COUNT_parent_fds]),
			   "close_range, if children close %s descriptors one by one "
			   "(--syscalls counts)");
}

static bool close_range_once(struct advice *a, const struct calibration *c, const char *clock)
{
	uint64_t children = a->group->count[COUNT_child_syscalls].n;

	return children &&
	       closes_many(a, (double)syscalls__of(&a->group->syscalls, "close") / (double)children,
			   "close_range: a child closes %s descriptors one by one");
}

static const struct advice_kind kinds[] = {
	{"posix_spawn", spawn,
	 "posix_spawn: at least copy_mm (or what follows from it too, less posix_spawn's own "
	 "calls), "
	 "at most all their work until the exec",
	 true, WHATIF_SPAWNABLE},
	{"helper", helper,
	 "helper, without its messages: at least the calls, at most all their work until the exec, "
	 "each less the calls of a small parent",
	 true, WHATIF_SPAWNABLE},
	{"early_fork", early, "before the heap: at most copy_mm", false, 0},
	{"huge_pages", huge_pages, "huge pages: copy_mm less theirs", true, WHATIF_COPIER},
	{"fewer_vmas", fewer_vmas, "VMAs: at most copy_mm without copy_pages", false, 0},
	{"close_range", close_range_if, "close_range: at most pre_exec", false, 0},
	{"close_range", close_range_once,
	 "close_range: at most pre_exec, which counting system calls made longer", false, 0},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void free_advice(struct advice *a)
{
	strbuf__free(&a->what);
	strbuf__free(&a->unknown);
}

void advices__free(struct advices *a)
{
	for (size_t i = 0; i < a->n; i++)
		free_advice(&a->v[i]);
	free(a->v);
	*a = (struct advices){0};
}

static int add(struct advices *all, const struct advice_kind *kind, const struct group *g,
	       const struct calibration *c, const char *clock)
{
	static const struct estimate none = {NAN, NAN};
	struct advice a = {.kind = kind, .group = g, .saved = none, .rank = none}, *v;

	if (!kind->applies(&a, c, clock)) {
		free_advice(&a);
		return 0;
	}
	if (isnan(a.rank.low))
		a.rank = a.saved;
	v = reallocarray(all->v, all->n + 1, sizeof(*v));
	if (v)
		all->v = v;
	if (!v || a.what.failed || a.unknown.failed) {
		free_advice(&a);
		return -ENOMEM;
	}
	v[all->n++] = a;
	return 0;
}

/* Where both save the same: in the order of the groups, then of the kinds. */
static int by_saving(const void *a, const void *b)
{
	const struct advice *x = a, *y = b;
	bool known = !isnan(x->rank.low);

	if (known == isnan(y->rank.low))
		return known ? -1 : 1;
	if (known && x->rank.low != y->rank.low)
		return x->rank.low > y->rank.low ? -1 : 1;
	if (known && x->rank.high != y->rank.high)
		return x->rank.high > y->rank.high ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->kind < y->kind ? -1 : 1;
}

int advices__of(struct advices *a, const struct groups *g, size_t top, const struct calibration *c,
		const char *clock)
{
	int err = 0;

	*a = (struct advices){0};
	for (size_t i = 0; i < g->n && i < top; i++)
		for (size_t k = 0; k < KINDS && !err; k++)
			err = add(a, &kinds[k], &g->v[i], c, clock);
	if (err)
		advices__free(a);
	else if (a->n)
		qsort(a->v, a->n, sizeof(*a->v), by_saving);
	return err;
}

const char *advice_name(const struct advice *a)
{
	return a->kind->name;
}

void advice_add_saving(struct strbuf *text, const struct advice *a, const char *clock)
{
	if (isnan(a->saved.low))
		strbuf__add(text, "saving not known (%s)", strbuf__text(&a->unknown));
	else if (a->saved.low > 0)
		strbuf__add(text, "saves %s to %s", text_plain_time(a->saved.low, clock).text,
			    text_plain_time(a->saved.high, clock).text);
	else
		strbuf__add(text, "saves up to %s", text_plain_time(a->saved.high, clock).text);
}

static bool is_used(const struct advices *a, size_t n, const struct advice_kind *kind)
{
	for (size_t i = 0; i < n && i < a->n; i++)
		if (a->v[i].kind == kind && !isnan(a->v[i].saved.low))
			return true;
	return false;
}

void advices_add_basis(struct strbuf *text, const struct advices *a, size_t n,
		       const struct calibration *c, const char *clock)
{
	static const enum whatif_kind figures[] = {WHATIF_SPAWNABLE, WHATIF_COPIER};
	bool calibrated[] = {[WHATIF_SPAWNABLE] = false, [WHATIF_COPIER] = false};

	for (size_t k = 0; k < KINDS; k++) {
		if (!is_used(a, n, &kinds[k]))
			continue;
		strbuf__add(text, "%s%s", text->length ? "; " : "", kinds[k].basis);
		calibrated[kinds[k].figures] |= kinds[k].calibrated;
	}
	for (size_t i = 0; c && i < 2; i++)
		if (calibrated[figures[i]]) {
			strbuf__add(text, "; ");
			whatif_add_basis(text, figures[i], c, clock);
		}
}

void advice_add_line(struct strbuf *text, const struct advice *a, const char *who,
		     const char *clock)
{
	advice_add_saving(text, a, clock);
	strbuf__add(text, ": %s: %s", who, strbuf__text(&a->what));
}

void advices_add_rest(struct strbuf *text, const struct advices *a)
{
	if (a->n > ADVICES_SHOWN)
		strbuf__add(text, "and %zu more, which save less or are not known",
			    a->n - ADVICES_SHOWN);
}

void advices_add_shown_basis(struct strbuf *text, const struct advices *a,
			     const struct calibration *c, const char *clock)
{
	struct strbuf basis = {0};

	advices_add_basis(&basis, a, ADVICES_SHOWN, c, clock);
	if (basis.length)
		strbuf__add(text, "Basis, of these births: %s", strbuf__text(&basis));
	text->failed |= basis.failed;
	strbuf__free(&basis);
}
