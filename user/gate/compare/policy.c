// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/gate/compare/policy.h"

#include <string.h>

#include "user/gate/compare/pooled.h"

const struct gate_policy gate_policy_default = {
	.margin = 0.03,
	.margin_mean = 0.1,
	.margin_tail = 1,
	.alpha_regression = 0.01,
	.alpha_pass = 0.05,
	.seed = 1,
	.swaps = GATE_SWAPS,
};

double gate_policy__margin(const struct gate_policy *p, const struct metric *m)
{
	double own = !metric_is_pooled(m)     ? 0
		     : m->kind == METRIC_MEAN ? p->margin_mean
					      : p->margin_tail;

	return own > p->margin ? own : p->margin;
}

bool gate_policy__declare(struct gate_policy *p, const char *factor)
{
	if (p->factor_count == GATE_FACTORS_MAX)
		return false;
	p->factors[p->factor_count++] = factor;
	return true;
}

static bool is_usual_time(const struct metric *m)
{
	return (m->kind == METRIC_TIME || metric_is_pooled(m)) && m->usual;
}

static bool is_phase(const struct metric *m)
{
	return m->kind == METRIC_PHASE;
}

static bool is_cost_count(const struct metric *m)
{
	return metric_is_count(m) && m->cost;
}

/* A quantile of the tail gates only if it is named. */
static bool is_cost(const struct metric *m)
{
	return m->kind != METRIC_TAIL && m->cost;
}

static uint64_t set_of(bool (*has)(const struct metric *m))
{
	uint64_t set = 0;

	for (const struct metric *m = metrics; m->name; m++)
		set |= has(m) ? metric_bit(m) : 0;
	return set;
}

uint64_t gate_metric_set(const char *name)
{
	static const struct {
		const char *name;
		bool (*has)(const struct metric *m);
	} groups[] = {
		{"times", is_usual_time},
		{"phases", is_phase},
		{"counts", is_cost_count},
		{"all", is_cost},
	};
	const struct metric *m = metric_by_name(name);

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (!strcmp(groups[i].name, name))
			return set_of(groups[i].has);
	}
	return m ? metric_bit(m) : 0;
}

uint64_t gate_metrics_pooled(void)
{
	return set_of(metric_is_pooled);
}

uint64_t gate_metrics_counted(void)
{
	return set_of(metric_is_count);
}
