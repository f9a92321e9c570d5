// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/whatif.h"

#include <inttypes.h>
#include <math.h>

#include "user/escape.h"
#include "user/groups.h"
#include "user/layout.h"
#include "user/units.h"

/* Less than this is not worth a line: of all forks of a group, and of one that does not exec. */
#define WORTH_NS     100000
#define WORTH_ONE_NS 1000000

#define MIB 1048576.0

static double known(int64_t ns)
{
	return ns == MISSING || ns < 0 ? 0 : (double)ns;
}

void whatif__add(struct whatif *w, const struct birth *b)
{
	const struct life *life = &b->life;
	int64_t copy = phase_ns(life, PHASE_copy_mm);
	uint64_t from = life->edge[EDGE_woken], to = life->edge[EDGE_exec_load];

	if (life->method != CLONE_METHOD_FORK || !life->execed || life->exec_result ||
	    copy == MISSING)
		return;
	w->n++;
	w->least_ns += known(copy);
	w->most_ns += known(copy) + known(phase_ns(life, PHASE_clone_finish)) +
		      known(phase_ns(life, PHASE_cow_parent)) +
		      known(phase_ns(life, PHASE_cow_child)) +
		      known(phase_ns(life, PHASE_exec_flush));
	if (from && to > from)
		w->held_ns += (double)(to - from);
}

static double median(const struct sketch *s)
{
	return sketch__quantile(s, 0.5);
}

/* Whether the copy was as cheap, a MiB, as huge pages or shared ones make it: half of 4 KiB's. */
static bool is_cheap(double copy, double mib, const struct figure_value *small_pages)
{
	return copy < mib * (double)small_pages->low / 2;
}

static void estimate_thp(struct whatif_estimates *e, const struct calibration *c)
{
	const struct figure_value *small = calibration_figure(c, FIGURE_fork_mib_4k);
	const struct figure_value *huge = calibration_figure(c, FIGURE_fork_mib_thp);
	double mib = e->anon_bytes / MIB, spared;

	if (!small || !huge) {
		e->no_thp = c->v[small ? FIGURE_fork_mib_thp : FIGURE_fork_mib_4k].absent;
		return;
	}
	if (isnan(mib))
		e->no_thp = "the parent's memory was not counted";
	else if (is_cheap(e->copy, mib, small))
		e->no_thp = "the copy is as cheap already as huge or shared pages make it";
	if (e->no_thp)
		return;
	spared = mib * fmax((double)(small->low - huge->high), 0);
	e->thp_copy.low = fmin(mib * (double)huge->mid, e->copy);
	e->thp_copy.high = fmax(e->copy - spared, e->thp_copy.low);
}

struct whatif_estimates whatif_estimate(const struct group *g, const struct calibration *c)
{
	static const struct estimate none = {NAN, NAN};
	const struct figure_value *spawn = calibration_figure(c, FIGURE_posix_spawn);
	const struct figure_value *helper = calibration_figure(c, FIGURE_fork_exec);
	double open = median(&g->phase[PHASE_exec_open]);
	struct whatif_estimates e = {
		.call = median(&g->call),
		.copy = median(&g->phase[PHASE_copy_mm]),
		.anon_bytes = median(&g->count[COUNT_parent_rss_anon]),
		.spawn_call = none,
		.helper_call = none,
		.thp_copy = none,
	};

	if (!c)
		return e;
	if (whatif_of(g) == WHATIF_COPIER) {
		estimate_thp(&e, c);
		return e;
	}
	if (spawn)
		e.spawn_call = (struct estimate){(double)spawn->low,
						 (double)spawn->high + (isnan(open) ? 0 : open)};
	if (helper)
		e.helper_call = (struct estimate){(double)helper->low, (double)helper->high};
	return e;
}

/* "11.6 ms" */
struct time_text {
	char text[32];
};

static struct time_text in_words(double ns, const char *clock)
{
	struct time_text t;

	time_format(ns, clock, t.text, sizeof(t.text));
	return t;
}

void whatif_basis(enum whatif_kind kind, const struct calibration *c, const char *clock, char *text,
		  size_t size)
{
	static const struct {
		enum figure figure;
		const char *format;
	} parts[][2] = {
		[WHATIF_SPAWNABLE] = {{FIGURE_posix_spawn, " posix_spawn %s"},
				      {FIGURE_fork_exec, " fork of 1 MiB %s"}},
		[WHATIF_COPIER] = {{FIGURE_fork_mib_4k, " fork %s/MiB of 4 KiB pages"},
				   {FIGURE_fork_mib_thp, " %s/MiB of THP"}},
	};
	const char *before = ":";

	snprintf(text, size, "calibrated on the same boot");
	for (size_t i = 0; i < 2; i++) {
		const struct figure_value *v = calibration_figure(c, parts[kind][i].figure);

		if (!v)
			continue;
		layout_append(text, size, "%s", before);
		layout_append(text, size, parts[kind][i].format,
			      in_words((double)v->mid, clock).text);
		before = ",";
	}
}

static void append_range(char *line, size_t size, const char *what, const struct estimate *e,
			 const char *clock)
{
	if (isnan(e->low))
		return;
	layout_append(line, size, "%s %s to ", what, in_words(e->low, clock).text);
	layout_append(line, size, "%s", in_words(e->high, clock).text);
}

/* In a group of which others exec. */
static void append_others(char *line, size_t size, const struct group *g)
{
	uint64_t n = g->phase[PHASE_copy_mm].n - (uint64_t)g->spawnable.n;

	if (n)
		layout_append(line, size,
			      " %" PRIu64 " more that do not exec are no case for posix_spawn.", n);
}

static void print_spawnable(const struct group *g, const char *label, const char *clock, FILE *out)
{
	const struct whatif *w = &g->spawnable;
	char line[1024];

	snprintf(line, sizeof(line),
		 "%s: %" PRId64 " forks that exec, as posix_spawn: %s to %s less work (estimate: "
		 "copy_mm alone, to all that follows from the copy); the parent would be held "
		 "%s instead",
		 label, w->n, in_words(w->least_ns, clock).text, in_words(w->most_ns, clock).text,
		 in_words(w->held_ns, clock).text);
	if (g->phase[PHASE_copy_mm].n > (uint64_t)w->n)
		layout_append(line, sizeof(line), ".");
	append_others(line, sizeof(line), g);
	layout_wrap(out, 0, 2, line);
}

static void append_missing(char *line, size_t size, const struct calibration *c, enum figure f,
			   const char *what)
{
	char why[256];

	if (!c->v[f].absent)
		return;
	escape_text(c->v[f].absent, why, sizeof(why));
	layout_append(line, size, " %s is not calibrated: %s.", what, why);
}

static void print_calibrated(const struct group *g, const char *label, const struct calibration *c,
			     const char *clock, FILE *out)
{
	const struct whatif_estimates e = whatif_estimate(g, c);
	const struct estimate work = {g->spawnable.least_ns, g->spawnable.most_ns};
	bool whole = !isnan(e.call), spawn = !isnan(e.spawn_call.low),
	     helper = !isnan(e.helper_call.low);
	char line[2048], basis[256];

	snprintf(line, sizeof(line), "%s: %" PRId64 " forks that exec, %s each in %s (median).",
		 label, g->spawnable.n, in_words(whole ? e.call : e.copy, clock).text,
		 whole ? "the call" : "copy_mm");
	append_range(line, sizeof(line), " As posix_spawn:", &e.spawn_call, clock);
	append_range(line, sizeof(line),
		     spawn ? " in the call, until the exec;" : " As posix_spawn:", &work, clock);
	layout_append(line, sizeof(line), " less work in all.");
	append_range(line, sizeof(line), " From a small helper process:", &e.helper_call, clock);
	layout_append(line, sizeof(line), helper ? " in the call, and a message to it." : "");
	append_others(line, sizeof(line), g);
	append_missing(line, sizeof(line), c, FIGURE_posix_spawn, "posix_spawn");
	append_missing(line, sizeof(line), c, FIGURE_fork_exec, "fork");
	whatif_basis(WHATIF_SPAWNABLE, c, clock, basis, sizeof(basis));
	layout_append(line, sizeof(line), " (Estimates: ");
	if (spawn || helper)
		layout_append(line, sizeof(line), "calls %s; ", basis);
	layout_append(line, sizeof(line),
		      "work from these births, copy_mm alone, to all that follows from the copy.)");
	layout_wrap(out, 0, 2, line);
}

static void append_thp(char *line, size_t size, const struct group *g, const struct calibration *c,
		       const char *clock)
{
	const struct whatif_estimates e = whatif_estimate(g, c);
	char basis[256], why[256];

	if (e.no_thp) {
		escape_text(e.no_thp, why, sizeof(why));
		layout_append(line, size, ". With THP: no estimate, %s", why);
		return;
	}
	append_range(line, size, ". With THP:", &e.thp_copy, clock);
	whatif_basis(WHATIF_COPIER, c, clock, basis, sizeof(basis));
	layout_append(line, size, " each in copy_mm. (Estimate: %.0f MiB of anonymous memory; %s.)",
		      e.anon_bytes / MIB, basis);
}

/* A fork without exec is no candidate for posix_spawn. */
static void print_copier(const struct group *g, const char *label, const struct calibration *c,
			 const char *clock, FILE *out)
{
	const struct sketch *faults = &g->count[COUNT_cow_faults_parent];
	char line[2048];

	snprintf(line, sizeof(line),
		 "%s: %" PRIu64 " forks, none execs: no case for posix_spawn; %s "
		 "each in copy_mm",
		 label, (uint64_t)g->phase[PHASE_copy_mm].n,
		 in_words(sketch__quantile(&g->phase[PHASE_copy_mm], 0.5), clock).text);
	if (faults->n)
		layout_append(line, sizeof(line),
			      ", and %.0f COW faults paid by the parent (medians)",
			      sketch__quantile(faults, 0.5));
	if (c)
		append_thp(line, sizeof(line), g, c, clock);
	layout_wrap(out, 0, 2, line);
}

enum whatif_kind whatif_of(const struct group *g)
{
	if (g->key.method == CLONE_METHOD_FORK && !g->execs &&
	    sketch__quantile(&g->phase[PHASE_copy_mm], 0.5) >= WORTH_ONE_NS)
		return WHATIF_COPIER;
	return g->spawnable.most_ns < WORTH_NS ? WHATIF_NOTHING : WHATIF_SPAWNABLE;
}

bool whatif_any(const struct groups *g, size_t top)
{
	for (size_t i = 0; i < g->n && i < top; i++)
		if (whatif_of(&g->v[i]) != WHATIF_NOTHING)
			return true;
	return false;
}

void whatif_print(const struct groups *g, size_t top, const struct calibration *c,
		  const char *clock, FILE *out, bool colour)
{
	bool titled = false;
	char whole[256], label[256];

	for (size_t i = 0; i < g->n && i < top; i++) {
		const struct group *v = &g->v[i];
		enum whatif_kind kind = whatif_of(v);

		if (kind == WHATIF_NOTHING)
			continue;
		if (!titled)
			layout_title(out, "What if", colour);
		titled = true;
		group_label(g, v, whole, sizeof(whole));
		escape_text(whole, label, sizeof(label));
		if (v->stack) /* stands whole elsewhere */
			layout_cut(label, LAYOUT_WIDTH / 2);
		if (kind == WHATIF_COPIER)
			print_copier(v, label, c, clock, out);
		else if (c)
			print_calibrated(v, label, c, clock, out);
		else
			print_spawnable(v, label, clock, out);
	}
}
