/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Quantiles of a stream of numbers in bounded memory: a histogram whose buckets
 * are 1/64 of a power of two wide, so that a quantile is within 0.8 % of the value
 * of that rank (below 64: exact). Count, sum, smallest and largest are exact.
 */
#pragma once

#include <stdint.h>

#define SKETCH_OCTAVES 58

struct sketch {
	uint64_t n;
	double sum;
	int64_t min, max;
	uint32_t *octave[SKETCH_OCTAVES]; /* 64 buckets each, made when one is needed */
};

/* A number below 0 counts as 0. 0 or -ENOMEM. */
int sketch__add(struct sketch *s, int64_t value);

/* The value of rank q * (n - 1) (0 <= q <= 1), rounded to the nearest rank; NAN if there is none.
 */
double sketch__quantile(const struct sketch *s, double q);
/* The same where at least ten values lie beyond it; else NAN. */
double sketch__tail(const struct sketch *s, double q);

void sketch__free(struct sketch *s); /* frees what s holds, not s */
