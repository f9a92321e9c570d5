/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether the machine was quiet while a bench ran. The thresholds stand here and nowhere else. The
 * lab's runs are exact and never noisy; of what a file does not say, nothing is claimed.
 */
#pragma once

#include <stdbool.h>

#include "user/analysis/rows.h"
#include "user/text/strbuf.h"

/* From the least to the most of a cell's block medians, as a share of their median. */
#define NOISE_SPREAD 0.10
/* Of the time of all CPUs, what the hypervisor gave to others (proc(5), /proc/stat). */
#define NOISE_STEAL 0.02
/* A load above the number of CPUs is a queue: this many tasks are our own. */
#define NOISE_OWN_LOAD 1

struct noise {
	size_t cells, spread_cells; /* all with blocks, and those that spread by more */
	const struct row *widest;   /* that spreads most, or NULL */
	double spread;		    /* its, NAN without one */
	double steal, load;	    /* NAN: not known, or not more than the thresholds */
	int64_t cpus;
};

void noise__of(struct noise *n, const struct rows *rows);

/* Whether anything was above its threshold: half of the cells or more, for their spread. */
bool noise__any(const struct noise *n);

/*
 * Appends in words, with names from the run: escape them, what was noisy and what to do: "the
 * medians of blocks spread by more than 10 % in 12 of 20 cells (45 % in fork from 1 MiB); ...
 * Measure again on an idle machine, or use the lab." `brief`: without the example and what to do.
 */
void noise__describe(const struct noise *n, bool brief, struct strbuf *text);
