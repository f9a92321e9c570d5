/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Means and tails of a side: computed from the samples of all its runs together, since a run alone
 * has too few for a tail. Samples of one run depend on each other, so a test never moves a sample
 * from one side to the other: it swaps A and B in whole pairs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "user/analysis/metric.h"

/* Random swaps that a test draws at most; a smallest p of 1 / 100,001. */
#define GATE_SWAPS 100000

struct gate_pooled {
	size_t pairs;		 /* of which both sides have samples */
	size_t samples[2];	 /* of A and of B in these */
	double a, b;		 /* NAN: too few samples */
	double p_regression;	 /* that B / A is above 1 + margin */
	double p_more, p_better; /* that it is above, and below 1 */
};

/*
 * Compares a pooled metric of pairs of runs: a[i] and b[i] are the samples of pair i, NULL if that
 * run has none. The p are the shares of all ways to swap A and B in some pairs that give at least
 * the ratio seen, once B is divided by 1 + margin (or 1): exact if both sides are alike but for
 * that factor. Up to 14 pairs all 2^n ways; beyond that up to `swaps` drawn ones plus the one seen,
 * fewer where p is clearly large. 0, -ENOMEM, or -E2BIG for more than GATE_PAIRS_MAX pairs.
 */
int gate_pool(const struct metric *m, const struct series *const *a, const struct series *const *b,
	      size_t pairs, double margin, size_t swaps, uint64_t seed, struct gate_pooled *out);
