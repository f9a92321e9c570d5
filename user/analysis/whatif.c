// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/whatif.h"

#include <math.h>

#include "user/text/numbers.h"

/* What is worth a line for one fork without exec. */
#define WORTH_ONE_NS 1000000

#define MIB 1048576.0

static double median(const struct sketch *s)
{
	return sketch__quantile(s, 0.5);
}

/* Less than these shares of what the calibration has at least for 4 KiB pages. */
#define CHEAP	     0.5  /* the pages are huge or shared already */
#define CONTRADICTED 0.75 /* more than births and a sound calibration differ */

/* Why a copy that took so much less than calibrated has no estimate, or NULL. */
static const char *reason_of_less(struct whatif_estimates *e, const struct calibration *c,
				  double calibrated)
{
	e->cheap = e->copy < calibrated * CHEAP && !calibration_is_noisy(c);
	if (e->cheap)
		return "the copy is as cheap already as huge or shared pages make it";
	e->contradicted = e->copy < calibrated * CONTRADICTED;
	return e->contradicted ? "calibration and births contradict each other" : NULL;
}

static void estimate_thp(struct whatif_estimates *e, const struct calibration *c)
{
	const struct figure_value *small = calibration_figure(c, FIGURE_fork_mib_4k);
	const struct figure_value *huge = calibration_figure(c, FIGURE_fork_mib_thp);
	double mib = e->anon_bytes / MIB, left;

	if (!small || !huge) {
		e->no_thp = c->v[small ? FIGURE_fork_mib_thp : FIGURE_fork_mib_4k].absent;
		return;
	}
	e->no_thp = isnan(mib) ? "the parent's memory was not counted"
			       : reason_of_less(e, c, mib * (double)small->low);
	if (e->no_thp)
		return;
	left = e->copy - mib * fmax((double)(small->low - huge->high), 0);
	e->thp_copy.low = fmin(mib * (double)huge->low, e->copy);
	e->thp_copy.high = fmax(left, fmin(mib * (double)huge->high, e->copy));
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

void whatif_add_no_thp(struct strbuf *text, const struct whatif_estimates *e,
		       const struct calibration *c, const char *clock)
{
	const struct figure_value *small = calibration_figure(c, FIGURE_fork_mib_4k);

	strbuf__add(text, "%s", e->no_thp);
	if (!e->contradicted)
		return;
	strbuf__add(text, " (the %scalibration has %s/MiB for 4 KiB pages, ",
		    calibration_is_noisy(c) ? "noisy " : "",
		    text_plain_time((double)small->mid, clock).text);
	strbuf__add(text, "these births took %s/MiB)",
		    text_plain_time(e->copy / (e->anon_bytes / MIB), clock).text);
}

void whatif_add_basis(struct strbuf *text, enum whatif_kind kind, const struct calibration *c,
		      const char *clock)
{
	static const struct {
		enum figure figure;
		const char *what, *unit;
	} parts[][2] = {
		[WHATIF_SPAWNABLE] = {{FIGURE_posix_spawn, "posix_spawn ", ""},
				      {FIGURE_fork_exec, "fork of 1 MiB ", ""}},
		[WHATIF_COPIER] = {{FIGURE_fork_mib_4k, "fork ", "/MiB of 4 KiB pages"},
				   {FIGURE_fork_mib_thp, "", "/MiB of THP"}},
	};
	const char *before = ":";

	strbuf__add(text, "calibrated on the same boot%s",
		    calibration_is_noisy(c) ? " (noisy)" : "");
	for (size_t i = 0; i < 2; i++) {
		const struct figure_value *v = calibration_figure(c, parts[kind][i].figure);

		if (!v)
			continue;
		strbuf__add(text, "%s %s%s%s", before, parts[kind][i].what,
			    text_plain_time((double)v->mid, clock).text, parts[kind][i].unit);
		before = ",";
	}
}

bool whatif_has(const struct group *g, enum whatif_kind kind)
{
	return kind == WHATIF_COPIER ? median(&g->staying.copy) >= WORTH_ONE_NS
				     : g->spawnable.most_ns >= WHATIF_WORTH_NS;
}

bool whatif_any(const struct groups *g, size_t top)
{
	for (size_t i = 0; i < g->n && i < top; i++)
		if (whatif_has(&g->v[i], WHATIF_SPAWNABLE) || whatif_has(&g->v[i], WHATIF_COPIER))
			return true;
	return false;
}
