// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/budget/budget.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/gate/budget/births.h"
#include "user/gate/budget/bounds.h"
#include "user/gate/budget/lacking.h"
#include "user/gate/compare/format.h"
#include "user/gate/compare/index.h"
#include "user/model/birth.h"
#include "user/model/cell_name.h"
#include "user/text/escape.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

/* An axis that the cell does not have is 0, or 4k. */
static bool meets(const struct cell *c, const struct budget_condition *condition)
{
	const char *axis = condition->axis->name;
	const char *text = cell__key_text(c, axis);
	int64_t number = cell__key_number(c, axis);

	if (!condition->word[0])
		return budget_holds(number == MISSING ? 0 : (double)number, condition->op,
				    condition->number);
	if (!strcmp(axis, PROBE_SET_AXIS))
		text = cell__probe_set(c);
	else if (!strcmp(axis, "pages") && !text)
		text = "4k";
	return (text && !strcmp(text, condition->word)) == (condition->op == OP_EQUAL);
}

static bool applies(const struct budget_rule *rule, const struct cell *c)
{
	const char *method = cell__method(c);

	if (rule->method[0] && (!method || strcmp(method, rule->method)))
		return false;
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!meets(c, &rule->conditions[i]))
			return false;
	}
	return true;
}

static bool names_probe_set(const struct budget_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!strcmp(rule->conditions[i].axis->name, PROBE_SET_AXIS))
			return true;
	}
	return false;
}

/* The place of the cell's probe set among those for this metric: 0 is the best. */
static int rank_of(const struct budget_rule *rule, const struct cell *c)
{
	const char *const *sets = metric_probe_sets(rule->metric);
	int rank = 0;

	while (sets[rank] && strcmp(sets[rank], cell__probe_set(c)))
		rank++;
	return rank;
}

/* Whether no other probe set has the metric and is better for it. */
static bool is_best(const struct budget_rule *rule, const struct gate_index *index,
		    const struct cell *c)
{
	const struct cell *other = NULL;

	if (budget_about_failed(rule))
		return true;
	while ((other = gate_index__next(index, c, other))) {
		if (other != c && series__any(metric_series(rule->metric, other)) &&
		    rank_of(rule, other) < rank_of(rule, c))
			return false;
	}
	return true;
}

static struct gate_row *add_row(struct gate_report *report, const struct budget_rule *rule,
				const struct run *r, const struct cell *c)
{
	struct gate_row *row = gate_report__add_row(report);

	if (!row)
		return NULL;
	row->kind = GATE_BUDGET;
	row->verdict = GATE_INCONCLUSIVE;
	row->of = rule->metric;
	row->a = rule->limit;
	row->b = NAN;
	strcpy(row->metric, rule->text);
	snprintf(row->unit, sizeof(row->unit), "%s",
		 rule->births ? "births" : metric_unit(rule->metric, r->clock));
	if (c) {
		cell__name(c, row->cell, sizeof(row->cell));
		snprintf(row->probe_set, sizeof(row->probe_set), "%.31s", cell__probe_set(c));
	}
	return row;
}

/* Adds an inconclusive row. */
__attribute__((format(printf, 4, 5))) static int add_undecided(struct gate_report *report,
							       const struct budget_rule *rule,
							       const struct run *r,
							       const char *format, ...)
{
	struct gate_row *row = add_row(report, rule, r, NULL);
	char text[512];
	va_list args;

	if (!row)
		return -ENOMEM;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	gate_row__note(row, "line %zu: %s", rule->line, text);
	return 0;
}

/* A tail needs ten values beyond it; with fewer it is only an extreme. */
static bool is_known_tail(const struct budget_rule *rule, const struct series *s)
{
	return rule->stat != STAT_QUANTILE || rule->quantile <= 0.5 || rule->quantile >= 1 ||
	       stats_tail_known(s, rule->quantile);
}

#define FAILED_NOTES_MAX 5

/* Values that are not there: how many may be missing, and why. */
struct lack {
	double unknown;
	char why[192]; /* "": nothing more than what the run lost */
};

static void decide(struct gate_row *row, const struct budget_rule *rule, const struct run *r,
		   const struct budget_bounds *b, const struct lack *lack)
{
	char loss[320];

	row->b = b->value;
	row->verdict = budget_judge(b, rule);
	if (row->verdict != GATE_INCONCLUSIVE)
		return;
	budget_describe_loss(r, rule, loss, sizeof(loss));
	if (lack->why[0])
		layout_append(loss, sizeof(loss), "%s%s", loss[0] ? ", " : "", lack->why);
	gate_row__note(row, "line %zu: %s, which could change this", rule->line, loss);
}

static void decide_values(struct gate_row *row, const struct budget_rule *rule, const struct run *r,
			  const struct series *s, const struct lack *lack)
{
	struct budget_bounds b = budget_bounds_of(rule, s, lack->unknown);

	row->b = b.value;
	row->pairs = stats_count(s);
	if (is_known_tail(rule, s))
		decide(row, rule, r, &b, lack);
	else
		gate_row__note(row, "line %zu: %zu %s no p%.0f; it takes %zu", rule->line,
			       row->pairs,
			       text_plural((int64_t)row->pairs, "sample has", "samples have"),
			       100 * rule->quantile, stats_tail_least(rule->quantile));
}

/* Why the cells that it is about have no value: by the best probe set that was taken. */
static const char *why_absent(const struct budget_rule *rule, const struct run *r,
			      enum phase *phase)
{
	const struct cell *best = NULL;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];

		if (applies(rule, c) && cell__has_data(c) &&
		    (!best || rank_of(rule, c) < rank_of(rule, best)))
			best = c;
	}
	return metric_absent(rule->metric, r, best, phase);
}

static int add_unmeasured(const struct budget_rule *rule, const struct run *r,
			  struct gate_report *report)
{
	const char *absent = NULL, *before = ": ", *part = "";
	enum phase phase = PHASE_none;

	if (rule->timed && run__counts_instructions(r))
		return add_undecided(report, rule, r,
				     "a run of the lab has instructions, not times");
	if (budget_about_failed(rule))
		absent = r->failures.absent;
	else if (!rule->births)
		absent = why_absent(rule, r, &phase);
	if (absent && phase != PHASE_none && rule->metric->kind == METRIC_BILL)
		part = phase_name(phase);
	return add_undecided(report, rule, r, "not measured in this run%s%s%s%s",
			     absent ? before : "", part, part[0] ? before : "",
			     absent ? absent : "");
}

/*
 * What a cell lacks of a metric. The kernel's records of a sample may lack a phase that it did not
 * have, so only times and counts are missed.
 */
static struct lack lack_of(const struct budget_rule *rule, const struct run *r,
			   const struct cell *c)
{
	const struct metric *m = rule->births || budget_about_failed(rule)
					 ? metric_of_sample(SAMPLE_spawn_ns)
					 : rule->metric;
	size_t nulls = metric_is_probed(m) ? 0 : budget_count_nulls(m, c);
	struct lack lack = {fmax(budget_count_unknown(rule, r), (double)nulls), ""};

	if (c->broken) {
		lack.unknown = BUDGET_ANY_NUMBER;
		layout_append(lack.why, sizeof(lack.why), "broken off (%s)", c->broken);
	}
	if (nulls > 0)
		layout_append(lack.why, sizeof(lack.why), "%s%zu of %u %s null without an errno",
			      lack.why[0] ? ", " : "", nulls, metric_series(m, c)->n,
			      text_plural((int64_t)nulls, "samples is", "samples are"));
	return lack;
}

/* Of the failed calls of 1000. */
static struct budget_bounds failed_bounds(const struct cell *c, double value,
					  const struct lack *lack)
{
	double nulls = (double)budget_count_nulls(metric_of_sample(SAMPLE_spawn_ns), c);

	if (lack->unknown >= BUDGET_ANY_NUMBER)
		return (struct budget_bounds){value, 0, 1000};
	return (struct budget_bounds){value, value, value + 1000 * nulls / (double)c->n};
}

static int check_cell(const struct budget_rule *rule, const struct run *r, const struct cell *c,
		      double value, struct gate_report *report)
{
	struct gate_row *row = add_row(report, rule, r, c);
	struct lack lack = lack_of(rule, r, c);
	struct budget_bounds failed;

	if (!row)
		return -ENOMEM;
	if (budget_about_failed(rule)) {
		failed = failed_bounds(c, value, &lack);
		decide(row, rule, r, &failed, &lack);
	} else {
		decide_values(row, rule, r, metric_series(rule->metric, c), &lack);
	}
	return 0;
}

static bool has_value(const struct metric *m, const struct cell *c)
{
	return m->kind == METRIC_FAILED ? cell__has_data(c) : series__any(metric_series(m, c));
}

/*
 * Why there is no sample of the cell, with any of the probe sets that the rule allows; false: there
 * is one, or it was named with the first of these.
 */
static bool why_not_taken(const struct budget_rule *rule, const struct gate_index *index,
			  const struct cell *c, char *text, size_t size)
{
	/* The births are the calls that did not fail. */
	const struct metric *m = rule->births ? metric_by_name("failed") : rule->metric;
	const struct cell *other = NULL;
	char unused[256];

	if (!budget_why_none(m, c, text, size))
		return false;
	while ((other = gate_index__next(index, c, other))) {
		if (!applies(rule, other) || other == c)
			continue;
		if (has_value(m, other) ||
		    (other < c && budget_why_none(m, other, unused, sizeof(unused))))
			return false;
	}
	return true;
}

/* A cell without samples must not pass because others do. */
static int check_cells_not_taken(const struct budget_rule *rule, const struct gate_index *index,
				 struct gate_report *report)
{
	const struct run *r = index->run;
	char why[256];

	for (size_t i = 0; i < r->cell_count; i++) {
		struct gate_row *row;

		if (!applies(rule, &r->cells[i]) ||
		    !why_not_taken(rule, index, &r->cells[i], why, sizeof(why)))
			continue;
		row = add_row(report, rule, r, &r->cells[i]);
		if (!row)
			return -ENOMEM;
		gate_row__note(row, "line %zu: not measured: %s", rule->line, why);
	}
	return 0;
}

static int check_metric(const struct budget_rule *rule, const struct gate_index *index,
			struct gate_report *report)
{
	const struct run *r = index->run;
	size_t before = report->row_count;
	int err = 0;

	for (size_t i = 0; i < r->cell_count && !err; i++) {
		const struct cell *c = &r->cells[i];
		double value = rule->metric->value(rule->metric, c);

		if (applies(rule, c) && !isnan(value) &&
		    (names_probe_set(rule) || is_best(rule, index, c)))
			err = check_cell(rule, r, c, value, report);
	}
	if (!err)
		err = check_cells_not_taken(rule, index, report);
	if (err || report->row_count > before)
		return err;
	return add_unmeasured(rule, r, report);
}

/* Births of a bench: its calls that did not fail. */
static int check_cells(const struct budget_rule *rule, const struct gate_index *index,
		       struct gate_report *report)
{
	const struct run *r = index->run;
	struct lack lack = {budget_count_unknown(rule, r), ""}, of_cell;
	double births = 0, nulls = 0;
	struct gate_row *row;
	struct budget_bounds b;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];

		if (!applies(rule, c))
			continue;
		of_cell = lack_of(rule, r, c);
		if (!of_cell.why[0] &&
		    why_not_taken(rule, index, c, of_cell.why, sizeof(of_cell.why)))
			of_cell.unknown = BUDGET_ANY_NUMBER;
		if (of_cell.unknown > lack.unknown)
			lack = of_cell;
		nulls += (double)budget_count_nulls(metric_of_sample(SAMPLE_spawn_ns), c);
		births += (double)(c->n - budget_count_failed(c));
	}
	row = add_row(report, rule, r, NULL);
	if (!row)
		return -ENOMEM;
	b = (struct budget_bounds){births, births - nulls, births + lack.unknown};
	decide(row, rule, r, &b, &lack);
	return 0;
}

/* Names a birth that breaks the rule: the largest, or the first that should not have been. */
static void name_birth(struct gate_row *row, const struct budget_rule *rule,
		       const struct budget_births *found)
{
	bool upper = rule->op == OP_LESS || rule->op == OP_AT_MOST ||
		     (rule->op == OP_EQUAL && row->b > rule->limit);
	const struct birth *b = rule->births ? found->first : found->largest;
	char rss[64] = "", size[32];

	if (row->verdict != GATE_REGRESSION || !upper || !b)
		return;
	if (birth_rss(b) != MISSING)
		snprintf(rss, sizeof(rss), ", RSS %s",
			 gate_value((double)birth_rss(b), "bytes", size, sizeof(size)));
	gate_row__note(row, "line %zu: the %s of %s, process %u%s", rule->line,
		       rule->births ? "first" : "largest is", b->comm, b->life.parent_tgid, rss);
}

static int decide_births(const struct budget_rule *rule, const struct run *r,
			 const struct budget_births *found, struct gate_report *report)
{
	struct lack lack = {budget_count_unknown(rule, r) + (double)found->unknown, ""};
	double unknown = lack.unknown;
	double n = (double)found->matching, failed = 1000 * (double)found->failed;
	struct budget_bounds b = {n, n, n + unknown};
	struct gate_row *row;

	if (budget_about_failed(rule) && r->failures.absent)
		return add_unmeasured(rule, r, report);
	if (budget_about_failed(rule))
		b = (struct budget_bounds){failed / n, failed / (n + unknown),
					   (failed + 1000 * unknown) / (n + unknown)};
	if (!rule->births &&
	    (budget_about_failed(rule) ? found->matching == 0 : stats_count(&found->values) == 0))
		return found->matching == 0 ? add_undecided(report, rule, r, "no birth matches it")
					    : add_unmeasured(rule, r, report);
	row = add_row(report, rule, r, NULL);
	if (!row)
		return -ENOMEM;
	if (found->unknown > 0)
		snprintf(lack.why, sizeof(lack.why), "%zu %s it", found->unknown,
			 text_plural((int64_t)found->unknown, "birth lacks", "births lack"));
	if (rule->births || budget_about_failed(rule))
		decide(row, rule, r, &b, &lack);
	else
		decide_values(row, rule, r, &found->values, &lack);
	name_birth(row, rule, found);
	return 0;
}

static int check_births(const struct budget_rule *rule, const struct run *r,
			struct gate_report *report)
{
	struct budget_births found;
	int err = budget_find_births(rule, r, &found);

	if (!err)
		err = decide_births(rule, r, &found, report);
	series__free(&found.values);
	return err;
}

/* The method that a rule requires; NULL: any. */
static const char *named_method(const struct budget_rule *rule)
{
	if (rule->method[0])
		return rule->method;
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (!strcmp(rule->conditions[i].axis->name, "method") &&
		    rule->conditions[i].op == OP_EQUAL)
			return rule->conditions[i].word;
	}
	return NULL;
}

static bool has_method(const struct run *r, const char *method)
{
	const char *name;

	if (run__is_profile(r))
		return method_by_name(method) != 0;
	for (size_t i = 0; i < r->cell_count; i++) {
		name = cell__method(&r->cells[i]);
		if (name && !strcmp(name, method))
			return true;
	}
	return false;
}

/* Sets *undecided if a rule is about something that the run cannot have: it must not pass then. */
static int check_sense(const struct budget_rule *rule, const struct run *r,
		       struct gate_report *report, bool *undecided)
{
	const char *method = named_method(rule);
	bool profile = run__is_profile(r);

	*undecided = true;
	if (rule->timed && run__counts_instructions(r))
		return add_unmeasured(rule, r, report);
	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct budget_axis *axis = rule->conditions[i].axis;

		if (!(profile ? axis->in_profile : axis->in_bench))
			return add_undecided(report, rule, r, "a %s has no %s",
					     profile ? "profile" : "run of bench", axis->name);
	}
	if (method && !has_method(r, method))
		return profile ? add_undecided(report, rule, r,
					       "a profile knows fork, vfork, spawn, thread and "
					       "other, but no %s",
					       method)
			       : add_undecided(report, rule, r, "no cell has the method %s",
					       method);
	*undecided = false;
	return 0;
}

static int check_rule(const struct budget_rule *rule, const struct gate_index *index,
		      struct gate_report *report)
{
	const struct run *r = index->run;
	bool undecided;
	int err = check_sense(rule, r, report, &undecided);

	if (err || undecided)
		return err;
	if (run__is_profile(r))
		return check_births(rule, r, report);
	return rule->births ? check_cells(rule, index, report) : check_metric(rule, index, report);
}

static int note_loss(const struct run *r, struct gate_report *report)
{
	char text[128];
	int err = 0;

	budget_describe_loss(r, NULL, text, sizeof(text));
	if (text[0])
		err = gate_report__note(report, "%s: phases and counts are incomplete", text);
	if (!err && r->end.waits_late > 0)
		err = gate_report__note(
			report, "%lld %s too late: stalls are incomplete",
			(long long)r->end.waits_late,
			text_plural(r->end.waits_late, "wait ended", "waits ended"));
	if (!err && r->end.filtered > 0)
		err = gate_report__note(report, "the profile's options left %lld %s out",
					(long long)r->end.filtered,
					text_plural(r->end.filtered, "birth", "births"));
	return err;
}

/* The values of a rule are those of calls that did not fail. */
static int note_failed(const struct run *r, struct gate_report *report)
{
	size_t named = 0;
	char text[128], name[128];
	int err = 0;

	for (size_t i = 0; i < r->cell_count && !err; i++) {
		budget_describe_failed(&r->cells[i], text, sizeof(text));
		if (!text[0])
			continue;
		if (named++ == FAILED_NOTES_MAX)
			return gate_report__note(report, "calls failed in more cells");
		cell__name(&r->cells[i], name, sizeof(name));
		err = gate_report__note(report, "%s: %s", name, text);
	}
	return err;
}

int budget_check(const struct budget *b, const struct run *r, struct gate_report *report)
{
	struct gate_index index = {0};
	/* A profile without births is a measurement, too. */
	bool measured = run__is_profile(r);
	int err;

	*report = (struct gate_report){.runs_b = 1};
	report->clock = strdup(r->clock);
	err = report->clock ? gate_index__build(&index, r) : -ENOMEM;
	for (size_t i = 0; i < r->cell_count; i++)
		measured |= r->cells[i].n > 0;
	for (size_t i = 0; i < b->count && !err && measured; i++)
		err = check_rule(&b->rules[i], &index, report);
	if (!err)
		err = note_loss(r, report);
	if (!err)
		err = note_failed(r, report);
	gate_index__free(&index);
	if (err) {
		gate_report__free(report);
		return err;
	}
	gate_report__conclude(report);
	if (!measured)
		snprintf(report->headline, sizeof(report->headline), "the run measured nothing");
	return 0;
}
