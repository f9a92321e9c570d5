// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/table/whatif.h"

#include <inttypes.h>
#include <math.h>

#include "user/analysis/whatif.h"
#include "user/table/part.h"
#include "user/text/numbers.h"

#define MIB 1048576.0

static double median(const struct sketch *s)
{
	return sketch__quantile(s, 0.5);
}

static void add_range(struct strbuf *line, const char *what, const struct estimate *e,
		      const char *clock)
{
	if (!isnan(e->low))
		strbuf__add(line, "%s %s to %s", what, text_plain_time(e->low, clock).text,
			    text_plain_time(e->high, clock).text);
}

/* The group's forks that do not exec, unless they have a line of their own. */
static uint64_t others(const struct group *g)
{
	return whatif_has(g, WHATIF_COPIER) ? 0 : g->staying.copy.n;
}

static void add_others(struct strbuf *line, const struct group *g)
{
	uint64_t n = others(g);

	if (n)
		strbuf__add(line, " %" PRIu64 " more that do not exec are no case for posix_spawn.",
			    n);
}

static void add_spawnable(struct strbuf *line, const struct group *g, const char *clock)
{
	const struct spawnable *w = &g->spawnable;

	strbuf__add(line,
		    "%" PRId64 " forks that exec, as posix_spawn: %s to %s less work (estimate: "
		    "copy_mm alone, to all that follows from the copy); the parent would be held "
		    "%s instead%s",
		    w->n, text_plain_time(w->least_ns, clock).text,
		    text_plain_time(w->most_ns, clock).text,
		    text_plain_time(w->held_ns, clock).text, others(g) ? "." : "");
	add_others(line, g);
}

static void add_missing(struct strbuf *line, const struct calibration *c, enum figure f,
			const char *what)
{
	if (c->v[f].absent)
		strbuf__add(line, " %s is not calibrated: %s.", what, c->v[f].absent);
}

static void add_calibrated(struct strbuf *line, const struct group *g, const struct calibration *c,
			   const char *clock)
{
	const struct whatif_estimates e = whatif_estimate(g, WHATIF_SPAWNABLE, c);
	const struct estimate work = {g->spawnable.least_ns, g->spawnable.most_ns};
	bool whole = !isnan(e.call), spawn = !isnan(e.spawn_call.low),
	     helper = !isnan(e.helper_call.low);

	strbuf__add(line, "%" PRId64 " forks that exec, %s each in %s (median).", g->spawnable.n,
		    text_plain_time(whole ? e.call : e.copy, clock).text,
		    whole ? "the call" : "copy_mm");
	add_range(line, " As posix_spawn:", &e.spawn_call, clock);
	add_range(line, spawn ? " in the call, until the exec;" : " As posix_spawn:", &work, clock);
	strbuf__add(line, " less work in all.");
	add_range(line, " From a small helper process:", &e.helper_call, clock);
	strbuf__add(line, helper ? " in the call, and a message to it." : "");
	add_others(line, g);
	add_missing(line, c, FIGURE_posix_spawn, "posix_spawn");
	add_missing(line, c, FIGURE_fork_exec, "fork");
	strbuf__add(line, " (Estimates: ");
	if (spawn || helper) {
		strbuf__add(line, "calls ");
		whatif_add_basis(line, WHATIF_SPAWNABLE, c, clock);
		strbuf__add(line, "; ");
	}
	strbuf__add(line, "work from these births, copy_mm alone, to all that follows from the "
			  "copy.)");
}

static void add_thp(struct strbuf *line, const struct group *g, const struct calibration *c,
		    const char *clock)
{
	const struct whatif_estimates e = whatif_estimate(g, WHATIF_COPIER, c);

	if (e.no_thp) {
		strbuf__add(line, ". With THP: no estimate, ");
		whatif_add_no_thp(line, &e, c, clock);
		return;
	}
	add_range(line, ". With THP:", &e.thp_copy, clock);
	strbuf__add(line, " each in copy_mm. (Estimate: %.0f MiB of anonymous memory; ",
		    e.anon_bytes / MIB);
	whatif_add_basis(line, WHATIF_COPIER, c, clock);
	strbuf__add(line, ".)");
}

/* posix_spawn cannot replace a fork without exec. */
static void add_copier(struct strbuf *line, const struct group *g, const struct calibration *c,
		       const char *clock)
{
	const struct staying *s = &g->staying;

	strbuf__add(line, "%" PRIu64 " forks%s: no case for posix_spawn; %s each in copy_mm",
		    s->copy.n, g->execs ? " that do not exec" : ", none execs",
		    text_plain_time(median(&s->copy), clock).text);
	if (s->cow_faults_parent.n)
		strbuf__add(line, ", and %.0f COW faults paid by the parent (medians)",
			    median(&s->cow_faults_parent));
	if (c)
		add_thp(line, g, c, clock);
}

static void print_kind(const struct groups *all, const struct group *g, enum whatif_kind kind,
		       const struct calibration *c, const char *clock, FILE *out)
{
	struct strbuf line = {0};

	if (!whatif_has(g, kind))
		return;
	table_add_group(all, g, &line);
	strbuf__add(&line, ": ");
	if (kind == WHATIF_COPIER)
		add_copier(&line, g, c, clock);
	else if (c)
		add_calibrated(&line, g, c, clock);
	else
		add_spawnable(&line, g, clock);
	layout_wrap(out, 0, 2, strbuf__text(&line));
	strbuf__free(&line);
}

void whatif_print(const struct groups *g, size_t top, const struct calibration *c,
		  const char *clock, FILE *out, bool colour)
{
	if (whatif_any(g, top))
		layout_title(out, "What if", colour);
	for (size_t i = 0; i < g->n && i < top; i++) {
		print_kind(g, &g->v[i], WHATIF_SPAWNABLE, c, clock, out);
		print_kind(g, &g->v[i], WHATIF_COPIER, c, clock, out);
	}
}
