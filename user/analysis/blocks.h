/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Intervals of what a run shows, from the run's own blocks.
 *
 * A run takes its samples in rounds, and each round has one block of every cell. Whatever slows the
 * machine for longer than a round slows all cells of it alike. So a ratio, a slope or a crossing is
 * first estimated from the medians of each block alone (batch means: Schmeiser 1982, Operations
 * Research 30(3)), and these estimates are what varies:
 *
 *  1. A drift that is even over the run is taken out: the least-squares line through the estimates,
 *     turned about its middle. That costs a degree of freedom: what is left is stretched by
 *     sqrt((n - 1) / (n - 2)) (Draper and Smith 1998, 1.4: the residual mean square).
 *  2. The 95 % interval is that of the Hodges-Lehmann estimate, by the exact signed-rank test
 *     (interval__pseudomedian()): a block that a burst has hit moves it little.
 *  3. It is widened to hold the estimate from all samples, which is what tables show.
 *
 * It is an interval of this run: of a machine that is slow for some blocks and fast for others,
 * another run may differ by more. `user/analysis/tests/test_blocks.c` has the study.
 */
#pragma once

#include "user/analysis/interval.h"
#include "user/model/run.h"

/* More rounds are taken together: beyond some 30 batches little is gained (Schmeiser 1982). */
#define BLOCK_COUNT_MAX 32
/* Of fewer, no signed-rank interval has 95 %. */
#define BLOCK_COUNT_LEAST 6
#define BLOCKS_ALPHA	  0.05

/* One estimate a block; NAN: none. The same block of two cells was taken in the same rounds. */
struct blocks {
	double v[BLOCK_COUNT_MAX];
	size_t n; /* 0: not known */
};

/*
 * The medians of the cell's blocks: of rounds, or of the runs of a side. None if the file does not
 * say how many rounds the run had, if the cell broke off or its runs are uneven, or of a run in the
 * lab, which is exact. 0 or -ENOMEM.
 */
int blocks__medians(struct blocks *b, const struct run *r, const struct cell *c,
		    const struct series *s);

/*
 * The 95 % interval of an estimate from all samples, whose estimates from the blocks these are. Low
 * and high are NAN if there are too few blocks.
 */
struct interval blocks__interval(const struct blocks *b, double estimate);

/* The same of times that may be 0, as a phase's, but are never below: nor is the interval. */
struct interval blocks__time_interval(const struct blocks *b, double estimate);

/* The same of something above 0, in its logarithm: what slows a machine multiplies. */
struct interval blocks__log_interval(const struct blocks *b, double estimate);
