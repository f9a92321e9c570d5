/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The gate's mathematics: paired differences in, estimates and decisions out. No
 * runs, no files, no printing. The unit of a difference is ln(B/A) of one pair of
 * fresh runs; margins are in that unit, too.
 *
 * Missing values are NAN and do not count. Everything is exact up to
 * GATE_PAIRS_MAX pairs, and there is nothing beyond: more are refused.
 */
#ifndef SPAWNSCOPE_GATE_STATS_H
#define SPAWNSCOPE_GATE_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_PAIRS_MAX 400

/* Number of values that are not NAN. */
size_t gate_count(const double *d, size_t n);

/*
 * P(W+ >= the one seen) if the differences were symmetric about `centre`, W+ being the sum of the
 * ranks of those above it: Wilcoxon's signed-rank test against "greater", one-sided. Differences
 * equal to the centre are left out, as Wilcoxon (1945) has it and R's wilcox.test does; tied ones
 * share their mean rank, and the distribution is the exact one of these ranks under all 2^n signs
 * (where R turns to a normal approximation). 1 if nothing is left. NAN if out of memory, or if
 * there are more than GATE_PAIRS_MAX.
 */
double gate_greater(const double *d, size_t n, double centre);

/* The same against "less". */
double gate_less(const double *d, size_t n, double centre);

struct gate_interval {
	double estimate;  /* NAN without data */
	double low, high; /* infinite where the data cannot bound it at this confidence */
};

/*
 * The Hodges-Lehmann estimate, the median of all (d[i] + d[j]) / 2 with i <= j, and its interval of
 * two-sided confidence 1 - alpha, by inversion of the signed-rank test without ties (Hollander,
 * Wolfe and Chicken 2014, 3.2 and 3.3: closed intervals, which with ties are conservative). 0,
 * -ENOMEM, or -E2BIG if there are more than GATE_PAIRS_MAX.
 */
int gate_estimate(const double *d, size_t n, double alpha, struct gate_interval *interval);

/*
 * The same as gate_greater by another way: the share of all sign changes of d - centre whose mean
 * is at least the one seen. All 2^n of them up to 20 pairs, and beyond that 100,000 drawn with
 * `seed`, with the one seen among them (Phipson and Smyth 2010), so that it is never 0.
 */
double gate_permutation(const double *d, size_t n, double centre, uint64_t seed);

/*
 * Holm's step-down procedure (1979): which of `n` hypotheses are rejected at a family-wise error of
 * alpha. NAN is never rejected, but counts as a member of the family. 0 or -ENOMEM.
 */
int gate_holm(const double *p, size_t n, double alpha, bool *rejected);

/*
 * The part of alpha that may be spent at look `look` (0 is the first) of `looks`, the numbers of
 * pairs at each, ascending: in proportion to the pairs that came since the look before. The parts
 * add up to alpha, so by Bonferroni's inequality no looking can spend more.
 */
double gate_alpha(double alpha, const size_t *looks, size_t count, size_t look);

/*
 * The standard deviation of the differences, estimated from their median absolute deviation, so
 * that a few wild pairs do not matter (Hampel 1974: 1.4826 MAD); from all of them if more than half
 * are equal. NAN with fewer than two.
 */
double gate_spread(const double *d, size_t n);

/*
 * ESTIMATES, for people: how large a true difference must be for `n` pairs of this spread to show
 * with probability 0.8 that it is above `margin`, at one-sided level alpha; and how many pairs show
 * one of size `effect` to be on its side of the margin. Normal approximation with the
 * signed-rank test's efficiency 3/pi (Lehmann 2006, 4.3). The first is INFINITY if n pairs can
 * never reject at this level (2^-n > alpha), the second if effect == margin.
 */
double gate_smallest_effect(double spread, size_t n, double margin, double alpha);
double gate_pairs_needed(double spread, double effect, double margin, double alpha);

/* The quantile of the standard normal distribution, 0 < p < 1 (Wichura 1988, AS 241). */
double gate_normal_quantile(double p);

/* splitmix64 (Steele, Lea and Flood 2014): the next of a stream of 64-bit numbers. */
uint64_t gate_random(uint64_t *state);

#endif
