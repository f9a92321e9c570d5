// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/gate/compare/accept.h"
#include "user/gate/compare/comparison.h"
#include "user/gate/compare/decide.h"
#include "user/gate/compare/doubt.h"
#include "user/gate/compare/environment.h"
#include "user/gate/compare/format.h"
#include "user/gate/compare/missing.h"
#include "user/gate/compare/paired.h"
#include "user/gate/compare/pooled.h"
#include "user/model/cell_name.h"
#include "user/text/escape.h"
#include "user/text/numbers.h"

/* What ASLR may change of a count, in its unit. */
static double layout_slack(const struct comparison *c, const struct metric *m)
{
	int64_t page = gate_fact_number(c->a.runs[0], "page_bytes");

	if (!c->random_layout || !m->layout)
		return 0;
	if (strcmp(m->unit, "bytes"))
		return GATE_LAYOUT_PAGES;
	return (double)(GATE_LAYOUT_PAGES * (page > 0 ? page : 4096));
}

/*
 * By how much the links of A's program differ from one another: the range of all, with A, of which
 * the values are taken. 0: there are no links.
 */
static double moved_by_links(struct comparison *c, const struct cell *of_a, const char *probe_set,
			     const struct metric *m)
{
	double low = INFINITY, high = -INFINITY;

	if (c->pads.count == 0 || !side__take_cells(&c->pads, of_a, probe_set) ||
	    side__take_values(&c->pads, m) == 0)
		return 0;
	for (size_t i = 0; i < c->pads.count + c->a.count; i++) {
		double value =
			i < c->pads.count ? c->pads.values[i] : c->a.values[i - c->pads.count];

		low = fmin(low, value);
		high = fmax(high, value);
	}
	return high - low;
}

static const char *source_in(const struct run *r, const struct cell *c, enum phase p)
{
	const char *source =
		c->phase_origin[p].source ? c->phase_origin[p].source : r->phases[p].source;

	return source ? source : "";
}

/*
 * Other probes put a phase's begin or end in a slightly different place. On a machine the phase is
 * then only shown. In the lab it stays: there the kernels are the same, or their difference was
 * declared and the probes are part of it.
 */
static void compare_sources(const struct comparison *c, struct gate_row *row)
{
	size_t first_a = side__first(&c->a), first_b = side__first(&c->b);
	const char *a, *b;

	for (int p = 0; p < PHASE_COUNT; p++) {
		if (!metric_has_phase(row->of, p))
			continue;
		a = source_in(c->a.runs[first_a], c->a.cells[first_a], p);
		b = source_in(c->b.runs[first_b], c->b.cells[first_b], p);
		if (!strcmp(a, b))
			continue;
		gate_row__note(row, "other probes: %s | %s", a, b);
		if (!c->lab)
			row->kind = GATE_SHOWN;
		return;
	}
}

static void name_row(const struct comparison *c, struct gate_row *row, const struct cell *of_a,
		     const char *probe_set, const struct metric *m)
{
	row->of = m;
	row->kind = metric_bit(m) & c->gating ? GATE_STATISTICAL : GATE_SHOWN;
	cell__name(of_a, row->cell, sizeof(row->cell));
	if (c->policy->every_probe_set)
		gate_append_probe_set(row->cell, sizeof(row->cell), probe_set);
	snprintf(row->metric, sizeof(row->metric), "%s", m->name);
	snprintf(row->unit, sizeof(row->unit), "%s", metric_unit(m, c->a.runs[0]->clock));
	escape_text(probe_set, row->probe_set, sizeof(row->probe_set));
}

static int compare_metric(struct comparison *c, const struct cell *of_a, const char *probe_set,
			  const struct metric *m)
{
	size_t most = c->a.count > c->b.count ? c->a.count : c->b.count;
	double *scratch = calloc(most, sizeof(*scratch));
	struct gate_row *row = gate_report__add_row(c->report);
	bool count = metric_is_count(m);
	struct gate_values v = {
		.a = c->a.values,
		.b = c->b.values,
		.count_a = c->a.count,
		.count_b = c->b.count,
		/* In the lab medians are exact even if samples vary. Failed calls are one number
		 * per run. */
		.varies = !c->lab && m->kind != METRIC_FAILED &&
			  (side__varies(&c->a, m) || side__varies(&c->b, m)),
		.slack = layout_slack(c, m),
		.moved = moved_by_links(c, of_a, probe_set, m),
	};
	int err = 0;

	if (!row || !scratch) {
		free(scratch);
		return -ENOMEM;
	}
	name_row(c, row, of_a, probe_set, m);
	row->a = side__median(&c->a, scratch);
	row->b = side__median(&c->b, scratch);
	free(scratch);
	if (gate_is_faulty(c, row))
		return 0;
	compare_sources(c, row);
	if (row->kind == GATE_SHOWN && (c->lab || count))
		row->change = gate_row__change(row);
	else if (c->lab || count)
		gate_decide_exact(row, &v, c->policy);
	gate_look_beyond_medians(c, row, &v);
	gate_doubt_lost(c, row);
	if (!c->lab && (row->kind == GATE_STATISTICAL || (row->kind == GATE_SHOWN && !count)))
		err = gate_estimate_pairs(row, &v, c->policy);
	return err;
}

/* Too few samples for a tail: a word of it, and a row only where nothing else of them gates. */
static int leave_tail(struct comparison *c, const struct cell *of_a, const char *probe_set,
		      const struct metric *m, const struct gate_pooled *pooled)
{
	size_t few =
		pooled->samples[0] < pooled->samples[1] ? pooled->samples[0] : pooled->samples[1];
	bool named = !(metric_bit(metric_of_tail(m)) & c->gating);
	struct gate_row *row;

	if (m->kind == METRIC_MEAN || few == 0 || !(metric_bit(m) & c->gating))
		return 0;
	if (!named && (c->report->few_samples == 0 || c->report->few_samples > few))
		c->report->few_samples = few;
	if (!named)
		return 0;
	row = gate_report__add_row(c->report);
	if (!row)
		return -ENOMEM;
	name_row(c, row, of_a, probe_set, m);
	row->kind = GATE_EXACT;
	row->verdict = GATE_INCONCLUSIVE;
	row->a = row->b = NAN;
	gate_row__note(row, "%zu %s of a side %s no tail; it takes %zu", few,
		       text_plural((int64_t)few, "sample", "samples"),
		       text_plural((int64_t)few, "shows", "show"), stats_tail_least(m->quantile));
	return 0;
}

static int add_pooled(struct comparison *c, const struct cell *of_a, const char *probe_set,
		      const struct metric *m, const struct gate_pooled *pooled)
{
	struct gate_row *row = gate_report__add_row(c->report);

	if (!row)
		return -ENOMEM;
	name_row(c, row, of_a, probe_set, m);
	row->pooled = true;
	row->pairs = pooled->pairs;
	row->a = pooled->a;
	row->b = pooled->b;
	row->change = pooled->b / pooled->a - 1;
	row->p_regression = pooled->p_regression;
	row->p_more = pooled->p_more;
	row->p_better = pooled->p_better;
	return 0;
}

/* Compares a mean or a tail of the taken cells: 1, or -ENOMEM. */
static int compare_pooled(struct comparison *c, const struct cell *of_a, const char *probe_set,
			  const struct metric *m)
{
	size_t n = c->report->pairs;
	const struct series **all = calloc(2 * n, sizeof(struct series *));
	struct gate_pooled pooled;
	int err;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct cell *a = c->a.cells[i], *b = c->b.cells[i];

		all[i] = a && cell__has_data(a) ? metric_series(m, a) : NULL;
		all[n + i] = b && cell__has_data(b) ? metric_series(m, b) : NULL;
	}
	/* Pairs that were not taken in turn decide nothing. */
	err = gate_pool(m, all, all + n, n, gate_policy__margin(c->policy, m),
			c->in_turn ? c->policy->swaps : 0, c->policy->seed, &pooled);
	free(all);
	if (!err)
		err = isnan(pooled.a) ? leave_tail(c, of_a, probe_set, m, &pooled)
				      : add_pooled(c, of_a, probe_set, m, &pooled);
	return err ? err : 1;
}

/* Compares a metric with this probe set: 1; 0 if one side does not have it; or -ENOMEM. */
static int compare_with(struct comparison *c, const struct gate_line *line, const char *probe_set,
			const struct metric *m)
{
	int err;

	if (!side__take_cells(&c->a, line->a, probe_set) ||
	    !side__take_cells(&c->b, line->b, probe_set))
		return 0;
	if (metric_is_pooled(m) && !c->lab)
		return compare_pooled(c, line->a, probe_set, m);
	if (side__take_values(&c->a, m) == 0 || side__take_values(&c->b, m) == 0)
		return 0;
	err = gate_missing_runs(c, line->a, m);
	if (!err)
		err = gate_missing_samples(c, line->a, m);
	if (!err)
		err = compare_metric(c, line->a, probe_set, m);
	return err ? err : 1;
}

/* Compares a metric with the first of these probe sets that both sides have. */
static int compare_with_first(struct comparison *c, const struct gate_line *line,
			      const char *const *probe_sets, const struct metric *m)
{
	int done = 0;

	for (const char *const *set = probe_sets; *set && done == 0; set++)
		done = compare_with(c, line, *set, m);
	if (done == 0)
		done = gate_missing_metric(c, line, probe_sets, m);
	if (done == 0)
		done = gate_missing_call(c, line, m);
	return done < 0 ? done : 0;
}

static int compare_cells(struct comparison *c, const struct gate_line *line)
{
	const char *sets[PROBE_SETS_MAX + 1];
	int err = 0;

	side__probe_sets(&c->a, line->a, sets);
	for (const struct metric *m = metrics; m->name && !err; m++) {
		if (!c->time_ok && !metric_is_count(m))
			continue;
		if (c->lab && metric_is_pooled(m) && !(metric_bit(m) & c->gating))
			continue;
		if (!c->policy->every_probe_set)
			err = compare_with_first(c, line, metric_probe_sets(m), m);
		for (size_t i = 0; c->policy->every_probe_set && sets[i] && !err; i++)
			err = compare_with_first(c, line, (const char *[]){sets[i], NULL}, m);
	}
	return err;
}

/* Rows have the name of A's cell: notes the name of B's where that differs. */
static int note_place(struct comparison *c, const struct gate_line *line)
{
	char of_a[128], of_b[128];

	if (cell__same_key(line->a, line->b, PROBE_SET_AXIS) || !side__measured(&c->a, line->a) ||
	    !side__measured(&c->b, line->b) || c->by_place++ >= NOTES_OF_A_KIND)
		return 0;
	return gate_report__note(c->report, "%s is compared with %s of B",
				 cell__name(line->a, of_a, sizeof(of_a)),
				 cell__name(line->b, of_b, sizeof(of_b)));
}

static int compare_line(struct comparison *c, const struct gate_line *line)
{
	int err = compare_cells(c, line);

	if (!err)
		err = gate_missing_rest(c, line);
	if (!err)
		err = gate_missing_probe_sets(c, line);
	if (!err)
		err = gate_missing_in_a(c, line);
	return err ? err : note_place(c, line);
}

static int compare_grid(struct comparison *c)
{
	struct gate_grid grid;
	size_t in_common = 0;
	int err = gate_grid__build(&grid, c->a.indexes, c->a.count, c->b.indexes, c->b.count,
				   c->policy->by_place);

	for (size_t i = 0; i < grid.count && !err; i++) {
		const struct gate_line *line = &grid.v[i];

		c->only_a += !line->b;
		c->only_b += !line->a;
		if (!line->a || !line->b)
			continue;
		in_common++;
		err = compare_line(c, line);
	}
	/* Without a cell in common the grids are not comparable. */
	for (size_t i = 0; i < grid.count && !err && in_common > 0; i++) {
		if (!grid.v[i].b)
			err = gate_missing_cell(c, &grid.v[i]);
	}
	gate_grid__free(&grid);
	return err;
}

/* Assumes that ASLR was on unless the run states that it was off. */
static bool has_random_layout(const struct run *r)
{
	const struct fact *f = run__env(r, "aslr_personality");

	return gate_fact_number(r, "aslr") != 0 && !(f && f->text && !strcmp(f->text, "off"));
}

static int note_run(struct gate_report *report, const char *side, const struct run *r)
{
	int64_t lost = r->end.lost, missed = r->end.missed;

	if (!r->ended)
		return gate_report__note(report, "%s: a truncated run", side);
	if (run__births_unseen(r) > 0)
		return gate_report__note(report,
					 "%s: %lld %s made no record: its phases and counts "
					 "are incomplete",
					 side, (long long)run__births_unseen(r),
					 text_plural(run__births_unseen(r), "birth", "births"));
	if (lost > 0 || missed > 0)
		return gate_report__note(report,
					 "%s: %lld %s lost, %lld probe %s missed: its "
					 "phases and counts are incomplete",
					 side, (long long)(lost > 0 ? lost : 0),
					 text_plural(lost, "record", "records"),
					 (long long)(missed > 0 ? missed : 0),
					 text_plural(missed, "run", "runs"));
	return 0;
}

static int note_programs(struct gate_report *report, const struct run *r)
{
	const struct fact *f = run__env(r, RUN_PROGRAMS_FACT);

	return f && f->text ? gate_report__note(report, "programs: %s", f->text) : 0;
}

/* The runs of both sides, and the cells that only one of them has. */
static int note_sides(const struct comparison *c)
{
	const struct {
		const char *name;
		const struct side *side;
		size_t only;
	} sides[] = {{"A", &c->a, c->only_a}, {"B", &c->b, c->only_b}};
	int err = 0;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sides[k].side->count && !err; i++)
			err = note_run(c->report, sides[k].name, sides[k].side->runs[i]);
	if (!err)
		err = note_programs(c->report, c->a.runs[0]);
	for (size_t k = 0; k < 2 && !err; k++)
		if (sides[k].only > 0)
			err = gate_report__note(
				c->report, "%zu %s only in %s", sides[k].only,
				text_plural((int64_t)sides[k].only, "cell", "cells"),
				sides[k].name);
	return err;
}

static int note_all(struct comparison *c)
{
	struct gate_report *report = c->report;
	size_t statistical = 0;
	int err = note_sides(c);

	for (size_t i = 0; i < report->row_count; i++)
		statistical += report->rows[i].kind == GATE_STATISTICAL;
	if (!err && c->empty > NOTES_OF_A_KIND)
		err = gate_report__note(report, "A did not measure %zu %s in all", c->empty,
					text_plural((int64_t)c->empty, "cell", "cells"));
	if (!err && c->pads.count > 0)
		err = gate_report__note(report,
					"the tolerance of a metric is the range of A and %zu other "
					"%s of it (--pads), or --tolerance if that is more",
					c->pads.count,
					text_plural((int64_t)c->pads.count, "link", "links"));
	if (!err && c->by_place > NOTES_OF_A_KIND)
		err = gate_report__note(
			report, "%zu %s paired by place", c->by_place,
			text_plural((int64_t)c->by_place, "cell in all is", "cells in all are"));
	if (!err && c->a.count != c->b.count && !c->lab)
		err = gate_report__note(report, "%zu %s of A and %zu of B: the rest has no partner",
					c->a.count, text_plural((int64_t)c->a.count, "run", "runs"),
					c->b.count);
	if (!err && report->few_samples > 0 && report->pairs >= GATE_PAIRS_LEAST)
		err = gate_report__note(
			report,
			"tails are not compared: a side has %zu %s of a cell, "
			"and it takes %zu (--runs, --pairs)",
			report->few_samples,
			text_plural((int64_t)report->few_samples, "sample", "samples"),
			stats_tail_least(metric_by_name("call_tail")->quantile));
	if (!err && statistical > 0 && !c->in_turn && c->one_first)
		err = gate_report__note(
			report,
			"one side was first in nearly every pair, so what the second run of a pair "
			"pays would look like a change, and times decide nothing; swap the order "
			"in "
			"every other pair, as --ab does");
	else if (!err && statistical > 0 && !c->in_turn)
		err = gate_report__note(
			report,
			"the runs of A and B were not taken in turn, so a change of the machine "
			"in between would look like a change of B, and times decide nothing; "
			"--ab takes runs in turn, --in-turn declares that they were");
	return err;
}

/* Without comparable times, counts are enough if nothing else gates. */
static bool is_comparable(const struct comparison *c, bool counts_ok)
{
	return c->time_ok || (counts_ok && !(c->gating & ~gate_metrics_counted()));
}

static int compare_all(struct comparison *c)
{
	size_t n = c->a.count + c->b.count;
	const struct run **all = calloc(n, sizeof(*all));
	bool counts_ok;
	int err;

	if (!all)
		return -ENOMEM;
	memcpy(all, c->a.runs, c->a.count * sizeof(struct run *));
	memcpy(all + c->a.count, c->b.runs, c->b.count * sizeof(struct run *));
	for (size_t i = 0; i < n; i++)
		c->random_layout |= has_random_layout(all[i]);
	gate_environment(all, n, c->policy, c->report, &c->time_ok, &counts_ok);
	free(all);
	c->gating = c->policy->metrics;
	if (c->gating == 0)
		c->gating = c->lab ? gate_metric_set("all")
				   : gate_metric_set("times") | gate_metric_set("counts");
	/* In the lab medians are exact, and say more than means. */
	if (c->lab && c->gating & ~gate_metrics_pooled())
		c->gating &= ~gate_metrics_pooled();
	c->comparable = is_comparable(c, counts_ok);
	if (!c->comparable) {
		c->report->verdict = GATE_NOT_COMPARABLE;
		return 0;
	}
	c->in_turn = sides_in_turn(&c->a, &c->b, &c->one_first);
	c->in_turn = c->policy->in_turn || (c->in_turn && !c->one_first);
	err = compare_grid(c);
	if (!err)
		err = gate_decide_pairs(c->report, c->policy, c->in_turn);
	if (!err)
		err = note_all(c);
	return err;
}

/* The headline if A and B have no cell in common. */
static void name_cells(const struct run *a, const struct run *b, struct gate_report *report)
{
	char of_a[96], of_b[96];

	if (a->cell_count > 0 && b->cell_count > 0)
		snprintf(report->headline, sizeof(report->headline),
			 "no cell in common: A has %s, B has %s",
			 cell__name(&a->cells[0], of_a, sizeof(of_a)),
			 cell__name(&b->cells[0], of_b, sizeof(of_b)));
}

int gate_compare(const struct run *a, size_t count_a, const struct run *b, size_t count_b,
		 const struct gate_policy *policy, struct gate_report *report)
{
	struct comparison c = {
		.policy = policy,
		.report = report,
		.lab = run__counts_instructions(a),
	};
	int err;

	*report = (struct gate_report){
		.margin = policy->margin,
		.margin_mean = fmax(policy->margin_mean, policy->margin),
		.margin_tail = fmax(policy->margin_tail, policy->margin),
		.runs_a = count_a,
		.runs_b = count_b,
		.pairs = count_a < count_b ? count_a : count_b,
	};
	report->clock = strdup(a->clock);
	err = report->clock ? side__fill(&c.a, a, count_a) : -ENOMEM;
	if (!err)
		err = side__fill(&c.b, b, count_b);
	if (!err && policy->pad_count > 0)
		err = side__fill(&c.pads, policy->pads, policy->pad_count);
	if (!err && report->pairs > GATE_PAIRS_MAX)
		err = -E2BIG;
	if (!err)
		err = compare_all(&c);
	side__free(&c.a);
	side__free(&c.b);
	side__free(&c.pads);
	if (err) {
		gate_report__free(report);
		return err;
	}
	gate_accept__conclude(policy->accepted, report);
	if (c.comparable && c.only_a > 0 && report->row_count == 0)
		name_cells(a, b, report);
	return 0;
}
