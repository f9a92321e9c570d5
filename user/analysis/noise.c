// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/noise.h"

#include <math.h>

#include "user/text/numbers.h"
#include "user/text/utf8.h"

#define NAME_WIDTH 40

static double spread_of_blocks(const struct row *row)
{
	const struct blocks *b = row__judged_blocks(row);
	double v[BLOCK_COUNT_MAX], middle;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (!isnan(b->v[i]))
			v[n++] = b->v[i];
	}
	middle = interval__median(v, n);
	return n > 1 && middle > 0 ? (v[n - 1] - v[0]) / middle : NAN;
}

/* Before the run nothing of it was running; at its end it adds to the load itself. */
static double load_of(const struct run *r)
{
	double begin = r->end.load_begin_milli == MISSING ? NAN : (double)r->end.load_begin_milli;
	double end = r->end.load_end_milli == MISSING ? NAN : (double)r->end.load_end_milli;

	return fmax(begin / 1000, end / 1000 - NOISE_OWN_LOAD);
}

void noise__of(struct noise *n, const struct rows *rows)
{
	const struct run *r = rows->run;
	const struct fact *cpus = run__env(r, "cpus");

	*n = (struct noise){.spread = NAN, .steal = NAN, .load = NAN};
	if (rows->instructions)
		return;
	for (size_t i = 0; i < rows->n; i++) {
		double spread = spread_of_blocks(&rows->v[i]);

		if (isnan(spread))
			continue;
		n->cells++;
		n->spread_cells += spread > NOISE_SPREAD;
		if (!n->widest || spread > n->spread) {
			n->widest = &rows->v[i];
			n->spread = spread;
		}
	}
	if (r->end.cpu_ticks <= 0) /* not read, or not known */
		return;
	n->cpus = cpus && !cpus->text ? cpus->number : MISSING;
	n->load = load_of(r);
	if (n->cpus == MISSING || !(n->load > (double)n->cpus))
		n->load = NAN;
	if (r->end.steal_ticks != MISSING)
		n->steal = (double)r->end.steal_ticks / (double)r->end.cpu_ticks;
	if (!(n->steal > NOISE_STEAL))
		n->steal = NAN;
}

static bool spreads(const struct noise *n)
{
	return n->spread_cells > 0 && 2 * n->spread_cells >= n->cells;
}

bool noise__any(const struct noise *n)
{
	return spreads(n) || isfinite(n->steal) || isfinite(n->load);
}

void noise__describe(const struct noise *n, bool brief, struct strbuf *text)
{
	char method[NAME_WIDTH + 4], parent[NAME_WIDTH + 4];
	const char *before = "";

	if (spreads(n)) {
		strbuf__add(text,
			    "the medians of blocks spread by more than %.0f %% in %zu of %zu %s",
			    100 * NOISE_SPREAD, n->spread_cells, n->cells,
			    text_plural((int64_t)n->cells, "cell", "cells"));
		if (!brief)
			strbuf__add(text, " (%.0f %% in %s from %s)", 100 * n->spread,
				    utf8_cut(n->widest->method, NAME_WIDTH, method),
				    utf8_cut(n->widest->parent, NAME_WIDTH, parent));
		before = "; ";
	}
	if (isfinite(n->steal)) {
		strbuf__add(text, "%sthe hypervisor took %.1f %% of the CPU time", before,
			    100 * n->steal);
		before = "; ";
	}
	if (isfinite(n->load))
		strbuf__add(text, "%sthe load was %.1f on %lld %s", before, n->load,
			    (long long)n->cpus, text_plural(n->cpus, "CPU", "CPUs"));
	if (!brief)
		strbuf__add(text, ". Measure again on an idle machine, or use the lab.");
}
