/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A run held against a budget. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "user/gate_budget.h"
#include "user/gate_index.h"
#include "user/stats.h"

static bool holds(double value, enum budget_op op, double limit)
{
	switch (op) {
	case OP_LESS:
		return value < limit;
	case OP_AT_MOST:
		return value <= limit;
	case OP_EQUAL:
		return value == limit;
	case OP_NOT_EQUAL:
		return value != limit;
	case OP_AT_LEAST:
		return value >= limit;
	default:
		return value > limit;
	}
}

/* An axis that the grid did not ask for is 0, or 4k. */
static bool meets(const struct cell *c, const struct budget_condition *condition)
{
	const char *text = cell__key_text(c, condition->axis);
	int64_t number = cell__key_number(c, condition->axis);

	if (condition->word[0] == '\0')
		return holds(number == MISSING ? 0 : (double)number, condition->op,
			     condition->number);
	if (strcmp(condition->axis, "trace") == 0)
		text = gate_pass(c);
	else if (strcmp(condition->axis, "pages") == 0 && text == NULL)
		text = "4k";
	return (text != NULL && strcmp(text, condition->word) == 0) == (condition->op == OP_EQUAL);
}

static bool applies(const struct budget_rule *rule, const struct cell *c)
{
	const char *method = cell__key_text(c, "method");
	size_t i;

	if (rule->method[0] != '\0' && (method == NULL || strcmp(method, rule->method) != 0))
		return false;
	for (i = 0; i < rule->condition_count; i++) {
		if (!meets(c, &rule->conditions[i]))
			return false;
	}
	return true;
}

static bool names_pass(const struct budget_rule *rule)
{
	size_t i;

	for (i = 0; i < rule->condition_count; i++) {
		if (strcmp(rule->conditions[i].axis, "trace") == 0)
			return true;
	}
	return false;
}

static const struct series *values_of(const struct budget_rule *rule, const struct cell *c)
{
	static const struct series none;

	if (rule->metric >= GATE_METRIC_FAILED)
		return &none;
	if (rule->metric >= GATE_METRIC_COUNT)
		return &c->counts[rule->metric - GATE_METRIC_COUNT];
	if (rule->metric >= GATE_METRIC_PHASE)
		return &c->phases[rule->metric - GATE_METRIC_PHASE];
	return &c->samples[rule->metric];
}

/* How good a pass is for this metric: the smaller the better; a cell is held to its best one. */
static int rank_of_pass(const struct budget_rule *rule, const struct cell *c)
{
	static const char *const orders[3][3] = {
		{"none", "phases", "all"}, {"phases", "all", "none"}, {"all", "phases", "none"}};
	int kind = rule->metric < GATE_METRIC_PHASE ? 0 : rule->metric < GATE_METRIC_COUNT ? 1 : 2;
	int i;

	for (i = 0; i < 3; i++) {
		if (strcmp(orders[kind][i], gate_pass(c)) == 0)
			return i;
	}
	return 3;
}

static bool is_best_pass(const struct budget_rule *rule, const struct gate_index *index,
			 const struct cell *c)
{
	const struct cell *other = NULL;

	while ((other = gate_index__next(index, c, other)) != NULL) {
		if (other != c && series__any(values_of(rule, other)) &&
		    rank_of_pass(rule, other) < rank_of_pass(rule, c))
			return false;
	}
	return true;
}

static double value_in(const struct budget_rule *rule, const struct cell *c)
{
	const struct series *s = values_of(rule, c);

	if (rule->metric == GATE_METRIC_FAILED)
		return gate_metric_value(c, rule->metric);
	if (rule->stat == STAT_MEAN)
		return stats_count(s) ? stats_sum(s) / (double)stats_count(s) : NAN;
	return stats_quantile(s, rule->quantile);
}

static struct gate_row *add_row(struct gate_report *report, const struct budget_rule *rule,
				const struct run *r, const struct cell *c)
{
	struct gate_row *row = gate_report__add_row(report);

	if (row == NULL)
		return NULL;
	row->kind = GATE_BUDGET;
	row->verdict = GATE_INCONCLUSIVE;
	row->id = rule->births ? -1 : rule->metric;
	row->a = rule->limit;
	row->b = NAN;
	strcpy(row->metric, rule->text);
	snprintf(row->unit, sizeof(row->unit), "%s",
		 rule->births ? "births" : gate_metric_unit(rule->metric, r->clock));
	if (c != NULL) {
		gate_cell_name(c, row->cell, sizeof(row->cell));
		snprintf(row->trace, sizeof(row->trace), "%.31s", gate_pass(c));
	}
	return row;
}

/* A tail wants ten values beyond it to be told from the extremes. */
static bool is_known_tail(const struct budget_rule *rule, const struct series *s)
{
	return rule->stat != STAT_QUANTILE || rule->quantile <= 0.5 || rule->quantile >= 1 ||
	       stats_tail_known(s, rule->quantile);
}

static void decide(struct gate_row *row, const struct budget_rule *rule, const struct cell *c)
{
	const struct series *s = values_of(rule, c);

	row->b = value_in(rule, c);
	row->pairs = stats_count(s);
	if (!is_known_tail(rule, s)) {
		snprintf(row->note, sizeof(row->note),
			 "line %zu: %zu samples have no p%.0f; it takes %.0f", rule->line,
			 row->pairs, 100 * rule->quantile, ceil(10 / (1 - rule->quantile)));
		return;
	}
	row->verdict = holds(row->b, rule->op, rule->limit) ? GATE_PASS : GATE_REGRESSION;
}

static int check_metric(const struct budget_rule *rule, const struct gate_index *index,
			struct gate_report *report)
{
	const struct run *r = index->run;
	const char *absent = rule->metric >= GATE_METRIC_PHASE && rule->metric < GATE_METRIC_COUNT
				     ? r->phases[rule->metric - GATE_METRIC_PHASE].absent
				     : NULL;
	bool lab = strcmp(r->clock, "icount") == 0, any = false;
	struct gate_row *row;
	size_t i;

	for (i = 0; i < r->cell_count && !(rule->timed && lab); i++) {
		const struct cell *c = &r->cells[i];

		if (!applies(rule, c) || isnan(value_in(rule, c)) ||
		    (!names_pass(rule) && !is_best_pass(rule, index, c)))
			continue;
		row = add_row(report, rule, r, c);
		if (row == NULL)
			return -ENOMEM;
		decide(row, rule, c);
		any = true;
	}
	if (any)
		return 0;
	row = add_row(report, rule, r, NULL);
	if (row == NULL)
		return -ENOMEM;
	if (rule->timed && lab)
		snprintf(row->note, sizeof(row->note),
			 "line %zu: a run of the lab has instructions, not times", rule->line);
	else
		snprintf(row->note, sizeof(row->note), "line %zu: not measured in this run%s%.100s",
			 rule->line, absent ? ": " : "", absent ? absent : "");
	return 0;
}

/* Children of the samples: what was called and did not fail. */
static int check_births(const struct budget_rule *rule, const struct run *r,
			struct gate_report *report)
{
	struct gate_row *row = add_row(report, rule, r, NULL);
	size_t i, k, births = 0;

	if (row == NULL)
		return -ENOMEM;
	for (i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];

		if (!applies(rule, c))
			continue;
		births += c->n;
		for (k = 0; k < c->errnos.n; k++)
			births -= c->errnos.v[k] != 0;
	}
	row->b = (double)births;
	row->verdict = holds(row->b, rule->op, rule->limit) ? GATE_PASS : GATE_REGRESSION;
	/* What was lost could only have added to them. */
	if (row->verdict == GATE_PASS && (!r->ended || r->end.lost > 0)) {
		row->verdict = GATE_INCONCLUSIVE;
		snprintf(row->note, sizeof(row->note), "line %zu: the run is not whole",
			 rule->line);
	}
	return 0;
}

int budget_check(const struct budget *b, const struct run *r, struct gate_report *report)
{
	struct gate_index index = {0};
	bool measured = false;
	size_t i;
	int err;

	*report = (struct gate_report){.runs_b = 1};
	report->clock = strdup(r->clock);
	err = report->clock ? gate_index__build(&index, r) : -ENOMEM;
	for (i = 0; i < r->cell_count; i++)
		measured |= r->cells[i].n > 0;
	for (i = 0; i < b->count && err == 0 && measured; i++)
		err = b->rules[i].births ? check_births(&b->rules[i], r, report)
					 : check_metric(&b->rules[i], &index, report);
	if (err == 0 && (r->end.lost > 0 || r->end.missed > 0))
		err = gate_report__note(report, "records were lost: phases and counts are "
						"incomplete");
	gate_index__free(&index);
	if (err) {
		gate_report__free(report);
		return err;
	}
	gate_conclude(report);
	if (!measured)
		snprintf(report->headline, sizeof(report->headline), "the run measured nothing");
	return 0;
}
