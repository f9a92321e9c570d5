// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/budget/bounds.h"

#include <math.h>

#include "user/analysis/stats.h"
#include "user/text/layout.h"
#include "user/text/numbers.h"

bool budget_holds(double value, enum budget_op op, double limit)
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

static double positive(int64_t number)
{
	return number > 0 ? (double)number : 0;
}

static bool is_about_stalls(const struct budget_rule *rule)
{
	return rule && !rule->births && metric_is_stall(rule->metric);
}

/* Each raises a value that is known: as good as one known less and one unknown more. */
static double count_late(const struct budget_rule *rule, const struct run *r)
{
	return is_about_stalls(rule) ? 2 * positive(r->end.waits_late) : 0;
}

/* What the driver measures is never lost. */
double budget_count_unknown(const struct budget_rule *rule, const struct run *r)
{
	bool profile = run__is_profile(r), births = rule->births;

	if (!profile && !births && !metric_is_probed(rule->metric) &&
	    rule->metric->kind != METRIC_COUNT)
		return 0;
	if (!r->ended || positive(r->end.untracked) > 0)
		return BUDGET_ANY_NUMBER;
	return positive(profile && births ? r->end.births_lost : r->end.lost) +
	       (double)run__births_unseen(r) + positive(r->end.missed) + count_late(rule, r);
}

void budget_describe_loss(const struct run *r, const struct budget_rule *rule, char *text,
			  size_t size)
{
	bool of_births = rule && rule->births && run__is_profile(r);
	const struct {
		int64_t n;
		const char *one, *what;
	} losses[] = {
		{of_births ? r->end.births_lost : r->end.lost,
		 of_births ? "birth lost" : "record lost",
		 of_births ? "births lost" : "records lost"},
		{r->end.missed, "probe run missed", "probe runs missed"},
		{run__births_unseen(r), "birth without a record", "births without a record"},
		{r->end.untracked, "child not followed", "children not followed"},
		{is_about_stalls(rule) ? r->end.waits_late : 0, "wait ended too late",
		 "waits ended too late"},
	};

	text[0] = '\0';
	if (!r->ended)
		layout_append(text, size, "the run is truncated");
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]) && r->ended; i++) {
		if (losses[i].n > 0)
			layout_append(text, size, "%s%lld %s", text[0] ? ", " : "",
				      (long long)losses[i].n,
				      text_plural(losses[i].n, losses[i].one, losses[i].what));
	}
}

/* The value at `position` among the sorted ones; stats_quantile() interpolates. */
static double value_at(const struct series *s, double position)
{
	double last = (double)stats_count(s) - 1;

	if (position > last)
		return INFINITY;
	if (position < 0)
		return 0; /* no time or count is smaller */
	return stats_quantile(s, last > 0 ? position / last : 0);
}

struct budget_bounds budget_bounds_of(const struct budget_rule *rule, const struct series *s,
				      double unknown)
{
	double n = (double)stats_count(s), position = rule->quantile * (n + unknown - 1);
	struct budget_bounds b;

	if (rule->stat == STAT_MEAN)
		b = (struct budget_bounds){stats_sum(s) / n, stats_sum(s) / (n + unknown),
					   INFINITY};
	else
		b = (struct budget_bounds){stats_quantile(s, rule->quantile),
					   value_at(s, position - unknown), value_at(s, position)};
	if (unknown == 0)
		b.low = b.high = b.value;
	return b;
}

enum gate_verdict budget_judge(const struct budget_bounds *b, const struct budget_rule *rule)
{
	bool equality = rule->op == OP_EQUAL || rule->op == OP_NOT_EQUAL;
	bool same = equality ? b->low == b->high || rule->limit < b->low || rule->limit > b->high
			     : budget_holds(b->low, rule->op, rule->limit) ==
				       budget_holds(b->high, rule->op, rule->limit);

	if (!same)
		return GATE_INCONCLUSIVE;
	return budget_holds(b->low, rule->op, rule->limit) ? GATE_PASS : GATE_REGRESSION;
}
