/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The gate's mathematics: paired differences in, estimates and decisions out. No
 * runs, no files, no printing. A difference is ln(B/A) of one pair of fresh runs;
 * margins have the same unit.
 *
 * Missing values are NAN and do not count. Everything is exact up to
 * GATE_PAIRS_MAX pairs; more are refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/analysis/interval.h"

#define GATE_PAIRS_MAX INTERVAL_VALUES_MAX

/* The number of values that are not NAN. */
size_t gate_count(const double *d, size_t n);

/*
 * Wilcoxon's signed-rank test against "greater", one-sided: P(W+ >= the observed one) if the
 * differences were symmetric about `centre`. W+ is the sum of the ranks of those above it.
 * Differences equal to the centre are dropped, as in Wilcoxon (1945) and R's wilcox.test. Ties
 * share their mean rank. The distribution is exact for these ranks under all 2^n signs, where R
 * switches to a normal approximation. 1 if nothing is left. NAN if out of memory, or with more
 * than GATE_PAIRS_MAX.
 */
double gate_greater(const double *d, size_t n, double centre);

/* The same against "less". */
double gate_less(const double *d, size_t n, double centre);

/*
 * A cross-check of gate_greater: the share of all sign flips of d - centre whose mean is at least
 * the observed one. Up to 20 pairs all 2^n flips; beyond that 100,000 drawn with `seed` plus the
 * observed one (Phipson and Smyth 2010), so it is never 0.
 */
double gate_permutation(const double *d, size_t n, double centre, uint64_t seed);

/*
 * Holm's step-down procedure (1979): rejects some of `n` hypotheses at a family-wise error of
 * alpha. NAN is never rejected, but counts as a member of the family. 0 or -ENOMEM.
 */
int gate_holm(const double *p, size_t n, double alpha, bool *rejected);

/*
 * The part of alpha for look number `look` (from 0). `looks` has the numbers of pairs at each look,
 * ascending. The part is proportional to the pairs since the previous look. The parts add up to
 * alpha, so by Bonferroni's inequality all looks together spend no more.
 */
double gate_alpha(double alpha, const size_t *looks, size_t count, size_t look);

/*
 * The standard deviation of the differences. It is estimated from the median absolute deviation
 * (Hampel 1974: 1.4826 MAD), so that a few wild pairs do not matter; if more than half of them are
 * equal, from all. NAN with fewer than two.
 */
double gate_spread(const double *d, size_t n);

/* Two kinds of pairs: differences near two values, and none of them near the estimate. */
struct gate_split {
	size_t below, above;  /* how many are on either side of the estimate */
	double lower, higher; /* the medians of these */
};

/*
 * Whether the estimate lies in a gap of the differences, with three or more on either side, that is
 * wider than `least` and than four times the spread of either group. false if out of memory.
 */
bool gate_is_split(const double *d, size_t n, double estimate, double least,
		   struct gate_split *split);

/*
 * Estimates for people, at power 0.8 and one-sided level alpha:
 *
 *   gate_smallest_effect  the smallest true difference that `n` pairs of this spread show to be
 *                         above `margin`; INFINITY if n pairs can never reject (2^-n > alpha)
 *   gate_pairs_needed     the pairs that show a difference of size `effect` to be on its side of
 *                         the margin; INFINITY if effect == margin
 *
 * A normal approximation with the signed-rank test's efficiency 3/pi (Lehmann 2006, 4.3).
 */
double gate_smallest_effect(double spread, size_t n, double margin, double alpha);
double gate_pairs_needed(double spread, double effect, double margin, double alpha);

/* The quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988, AS 241). */
double gate_normal_quantile(double p);

/* splitmix64 (Steele, Lea and Flood 2014): the next number of a stream of 64-bit numbers. */
uint64_t gate_random(uint64_t *state);
