// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/calls/cycles.h"

#include <math.h>

/* Cycles for each, fitted by `bench/lab/cycles --fit`; results/lab/cycles.md has the errors. */
static const struct weight {
	int metric; /* enum call_metric; -1: instructions */
	enum cycles_for of;
	double cycles;
} weights[] = {
	{-1, CYCLES_INSTRUCTIONS, 0.2362},
	{METRIC_L1I_MISSES, CYCLES_CODE, 0.8556},
	{METRIC_L1D_MISSES, CYCLES_DATA, 2.7427},
	{METRIC_L2_MISSES, CYCLES_DATA, 36.3468},
	{METRIC_LLC_MISSES, CYCLES_DATA, 83.2190},
	{METRIC_ITLB_MISSES, CYCLES_PAGES, 17.3208},
	{METRIC_DTLB_MISSES, CYCLES_PAGES, 17.3208},
	{METRIC_BRANCH_MISSES, CYCLES_BRANCHES, 30.6199},
	{METRIC_CLEARED_BYTES, CYCLES_BYTES, 0.0368},
	{METRIC_COPIED_BYTES, CYCLES_BYTES, 0.0368},
};

#define WEIGHT_COUNT (sizeof(weights) / sizeof(weights[0]))

/* The lab counts a step for each of these bytes, which is no instruction on hardware. */
#define STEP_BYTES 8

void cycles__add(struct cycles *c, int64_t instructions, const int64_t *metrics)
{
	int64_t steps = (metrics[METRIC_CLEARED_BYTES] + metrics[METRIC_COPIED_BYTES]) / STEP_BYTES;

	for (size_t i = 0; i < WEIGHT_COUNT; i++) {
		const struct weight *w = &weights[i];
		double count = (double)(w->metric >= 0	       ? metrics[w->metric]
					: instructions > steps ? instructions - steps
							       : 0);

		c->of[w->of] += w->cycles * count;
	}
}

double cycles__sum(const struct cycles *c)
{
	double sum = 0;

	for (int i = 0; i < CYCLES_FOR_COUNT; i++)
		sum += c->of[i];
	return sum;
}

/* Whether the tree has all that an estimate needs. */
static bool has_events(const struct call_tree *t)
{
	for (size_t i = 0; i < WEIGHT_COUNT; i++)
		if (weights[i].metric >= 0 && !t->has[weights[i].metric])
			return false;
	return true;
}

void call_tree__estimate_cycles(struct call_tree *t)
{
	if (!has_events(t))
		return;
	t->has[METRIC_CYCLES] = true;
	for (size_t i = 0; i < t->node_count; i++) {
		struct cycles c = {0};

		cycles__add(&c, t->nodes[i].own, t->nodes[i].metrics);
		t->nodes[i].metrics[METRIC_CYCLES] = llround(cycles__sum(&c));
	}
}
