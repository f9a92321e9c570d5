// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/profile/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "user/analysis/stats.h"
#include "user/model/run.h"

#define MIB 1048576.0

/* With fewer samples, the 10 % and 90 % quantiles mean nothing. */
#define SAMPLES_MIN 20

const struct cell *figures_cell(const struct run *r, const char *method, int64_t bytes,
				const char *pages)
{
	for (size_t i = 0; i < r->cell_count; i++) {
		const struct cell *c = &r->cells[i];
		const char *m = cell__method(c), *p = cell__pages(c);

		if (m && p && !strcmp(m, method) && !strcmp(p, pages) &&
		    cell__parent_bytes(c) == bytes)
			return c;
	}
	return NULL;
}

/* Why a cell cannot be used, or NULL. */
static const char *fault_of(const struct cell *c)
{
	if (!c)
		return "it was not measured";
	if (c->skipped)
		return c->skipped;
	if (stats_count(&c->samples[SAMPLE_spawn_ns]) < SAMPLES_MIN)
		return c->broken ? c->broken : "there were too few samples";
	return NULL;
}

static int64_t quantile(const struct cell *c, double q)
{
	return llround(stats_quantile(&c->samples[SAMPLE_spawn_ns], q));
}

static int set_call(struct figure_value *v, const struct run *r, const char *method)
{
	const struct cell *c = figures_cell(r, method, CALIBRATION_SMALL, "4k");
	const char *fault = fault_of(c);

	if (fault)
		return figure_set_absent(v, fault);
	*v = (struct figure_value){quantile(c, 0.1), quantile(c, 0.5), quantile(c, 0.9), NULL};
	return 0;
}

static int64_t per_mib(int64_t ns, int64_t small_ns)
{
	double slope = (double)(ns - small_ns) * MIB / (CALIBRATION_LARGE - CALIBRATION_SMALL);

	return slope > 0 ? llround(slope) : 0;
}

/* The quantiles of the large parent, less the median of the small one, over what lies between. */
static int set_slope(struct figure_value *v, const struct run *r, const char *pages)
{
	const struct cell *small = figures_cell(r, "fork", CALIBRATION_SMALL, "4k");
	const struct cell *large = figures_cell(r, "fork", CALIBRATION_LARGE, pages);
	const char *fault = fault_of(small);
	int64_t base;

	if (!fault)
		fault = fault_of(large);
	if (fault)
		return figure_set_absent(v, fault);
	base = quantile(small, 0.5);
	*v = (struct figure_value){per_mib(quantile(large, 0.1), base),
				   per_mib(quantile(large, 0.5), base),
				   per_mib(quantile(large, 0.9), base), NULL};
	return 0;
}

struct calibration *calibration__of(const struct run *r)
{
	struct calibration *c = calloc(1, sizeof(*c));
	const struct fact *taken = run__env(r, "taken_ms");

	if (!c)
		return NULL;
	c->taken_ms = taken && !taken->text ? taken->number : MISSING;
	if (set_call(&c->v[FIGURE_fork], r, "fork") ||
	    set_call(&c->v[FIGURE_fork_exec], r, "fork-exec") ||
	    set_call(&c->v[FIGURE_posix_spawn], r, "posix_spawn") ||
	    set_slope(&c->v[FIGURE_fork_mib_4k], r, "4k") ||
	    set_slope(&c->v[FIGURE_fork_mib_thp], r, "thp")) {
		calibration__free(c);
		return NULL;
	}
	return c;
}
