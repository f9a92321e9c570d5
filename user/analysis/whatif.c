// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/whatif.h"

#include <inttypes.h>
#include <math.h>

#include "bench/shared/units.h"
#include "user/analysis/groups.h"
#include "user/text/escape.h"
#include "user/text/wrap.h"

/* Less than this is not worth a line: of all forks of a group, and of one that does not exec. */
#define WORTH_NS     100000
#define WORTH_ONE_NS 1000000

#define MIB 1048576.0

static double known(int64_t ns)
{
	return ns == MISSING || ns < 0 ? 0 : (double)ns;
}

static int add_known(struct sketch *s, int64_t value)
{
	return value == MISSING ? 0 : sketch__add(s, value);
}

static int add_staying(struct staying *s, const struct life *life, int64_t copy)
{
	int err = sketch__add(&s->copy, copy);

	if (!err)
		err = add_known(&s->anon, life->count[COUNT_parent_rss_anon]);
	return err ? err : add_known(&s->cow_faults_parent, life->count[COUNT_cow_faults_parent]);
}

int whatif__add(struct whatif *w, struct staying *s, const struct birth *b)
{
	const struct life *life = &b->life;
	int64_t copy = phase_ns(life, PHASE_copy_mm);
	uint64_t from = life->edge[EDGE_woken], to = life->edge[EDGE_exec_load];
	int err;

	if (life->method != CLONE_METHOD_FORK || copy == MISSING)
		return 0;
	if (!life->execed || life->exec_result)
		return add_staying(s, life, copy);
	w->n++;
	w->least_ns += known(copy);
	w->most_ns += known(copy) + known(phase_ns(life, PHASE_clone_finish)) +
		      known(phase_ns(life, PHASE_cow_parent)) +
		      known(phase_ns(life, PHASE_cow_child)) +
		      known(phase_ns(life, PHASE_exec_flush));
	if (from && to > from)
		w->held_ns += (double)(to - from);
	err = sketch__add(&w->copy, copy);
	return err ? err : add_known(&w->call, birth_call_ns(b));
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

static void estimate_calls(struct whatif_estimates *e, const struct group *g,
			   const struct calibration *c)
{
	const struct figure_value *spawn = calibration_figure(c, FIGURE_posix_spawn);
	const struct figure_value *helper = calibration_figure(c, FIGURE_fork_exec);
	double open = median(&g->phase[PHASE_exec_open]);

	if (spawn)
		e->spawn_call = (struct estimate){(double)spawn->low,
						  (double)spawn->high + (isnan(open) ? 0 : open)};
	if (helper)
		e->helper_call = (struct estimate){(double)helper->low, (double)helper->high};
}

struct whatif_estimates whatif_estimate(const struct group *g, enum whatif_kind kind,
					const struct calibration *c)
{
	static const struct estimate none = {NAN, NAN};
	bool execs = kind == WHATIF_SPAWNABLE;
	struct whatif_estimates e = {
		.call = execs ? median(&g->spawnable.call) : NAN,
		.copy = median(execs ? &g->spawnable.copy : &g->staying.copy),
		.anon_bytes = execs ? NAN : median(&g->staying.anon),
		.spawn_call = none,
		.helper_call = none,
		.thp_copy = none,
	};

	if (c && execs)
		estimate_calls(&e, g, c);
	else if (c)
		estimate_thp(&e, c);
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

/* Of the group, unless they have a line of their own. */
static uint64_t others(const struct group *g)
{
	return whatif_has(g, WHATIF_COPIER) ? 0 : g->staying.copy.n;
}

static void append_others(char *line, size_t size, const struct group *g)
{
	uint64_t n = others(g);

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
	if (others(g))
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
	const struct whatif_estimates e = whatif_estimate(g, WHATIF_SPAWNABLE, c);
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
	const struct whatif_estimates e = whatif_estimate(g, WHATIF_COPIER, c);
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
	const struct staying *s = &g->staying;
	char line[2048];

	snprintf(line, sizeof(line),
		 "%s: %" PRIu64 " forks%s: no case for posix_spawn; %s "
		 "each in copy_mm",
		 label, s->copy.n, g->execs ? " that do not exec" : ", none execs",
		 in_words(median(&s->copy), clock).text);
	if (s->cow_faults_parent.n)
		layout_append(line, sizeof(line),
			      ", and %.0f COW faults paid by the parent (medians)",
			      median(&s->cow_faults_parent));
	if (c)
		append_thp(line, sizeof(line), g, c, clock);
	layout_wrap(out, 0, 2, line);
}

bool whatif_has(const struct group *g, enum whatif_kind kind)
{
	return kind == WHATIF_COPIER ? median(&g->staying.copy) >= WORTH_ONE_NS
				     : g->spawnable.most_ns >= WORTH_NS;
}

static bool has_any(const struct group *g)
{
	return whatif_has(g, WHATIF_SPAWNABLE) || whatif_has(g, WHATIF_COPIER);
}

bool whatif_any(const struct groups *g, size_t top)
{
	for (size_t i = 0; i < g->n && i < top; i++)
		if (has_any(&g->v[i]))
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

		if (!has_any(v))
			continue;
		if (!titled)
			layout_title(out, "What if", colour);
		titled = true;
		group_label(g, v, whole, sizeof(whole));
		escape_text(whole, label, sizeof(label));
		if (v->stack) /* stands whole elsewhere */
			layout_cut(label, LAYOUT_WIDTH / 2);
		if (whatif_has(v, WHATIF_SPAWNABLE) && c)
			print_calibrated(v, label, c, clock, out);
		else if (whatif_has(v, WHATIF_SPAWNABLE))
			print_spawnable(v, label, clock, out);
		if (whatif_has(v, WHATIF_COPIER))
			print_copier(v, label, c, clock, out);
	}
}
