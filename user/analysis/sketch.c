// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/analysis/sketch.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define BUCKET_BITS 6
#define BUCKETS	    (1 << BUCKET_BITS)

/* Octave 0 holds 0 to 63, one a bucket; octave k the numbers from 2^(k+5) on. */
static int octave_of(uint64_t value)
{
	return value < BUCKETS ? 0 : 63 - __builtin_clzll(value) - BUCKET_BITS + 1;
}

static int bucket_of(uint64_t value, int octave)
{
	return octave == 0 ? (int)value : (int)(value >> (octave - 1)) - BUCKETS;
}

/* The middle of what a bucket holds. */
static double middle_of(int octave, int bucket)
{
	double width = octave < 2 ? 1 : (double)(1ULL << (octave - 1));

	if (octave == 0)
		return bucket;
	return (bucket + BUCKETS) * width + (width - 1) / 2;
}

int sketch__add(struct sketch *s, int64_t value)
{
	uint64_t v = value < 0 ? 0 : value;
	int k = octave_of(v);

	if (!s->octave[k]) {
		s->octave[k] = calloc(BUCKETS, sizeof(*s->octave[k]));
		if (!s->octave[k])
			return -ENOMEM;
	}
	s->octave[k][bucket_of(v, k)]++;
	if (!s->n || (int64_t)v < s->min)
		s->min = v;
	if (!s->n || (int64_t)v > s->max)
		s->max = v;
	s->n++;
	s->sum += (double)v;
	return 0;
}

/* The value of a rank, counted from 0. */
static double value_of(const struct sketch *s, uint64_t rank)
{
	uint64_t seen = 0;

	/* Those two are known exactly. */
	if (rank == 0)
		return (double)s->min;
	for (int k = 0; rank < s->n - 1 && k < SKETCH_OCTAVES; k++)
		for (int b = 0; s->octave[k] && b < BUCKETS; b++) {
			seen += s->octave[k][b];
			if (seen > rank)
				return fmin(fmax(middle_of(k, b), (double)s->min), (double)s->max);
		}
	return (double)s->max;
}

double sketch__quantile(const struct sketch *s, double q)
{
	double position, below;

	if (!s->n)
		return NAN;
	position = q * (double)(s->n - 1);
	below = floor(position);
	return value_of(s, (uint64_t)below) +
	       (position - below) *
		       (value_of(s, (uint64_t)ceil(position)) - value_of(s, (uint64_t)below));
}

double sketch__tail(const struct sketch *s, double q)
{
	return (double)s->n * (1 - q) >= 10 - 1e-6 ? sketch__quantile(s, q) : NAN;
}

void sketch__free(struct sketch *s)
{
	for (int k = 0; k < SKETCH_OCTAVES; k++)
		free(s->octave[k]);
	*s = (struct sketch){0};
}
