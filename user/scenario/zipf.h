/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Random numbers, and keys as users ask for them. */
#pragma once

#include <stdint.h>

/* splitmix64 (Steele, Lea, Flood 2014): any state is a good one. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/*
 * Keys from 0 to n - 1, the k-th most frequent of them with a probability of 1 / k^0.99: that of
 * YCSB, by the method of Gray et al. (SIGMOD 1994). The frequent ones lie anywhere.
 */
struct zipf {
	uint64_t n;
	double zeta, eta, alpha;
};

/* n: 1 at least. Takes 10 ns a key. */
struct zipf zipf__of(uint64_t n);
uint64_t zipf__next(const struct zipf *z, uint64_t *random);
/* The rank of the key, from 0: how frequent it is. Not scattered. */
uint64_t zipf__rank(const struct zipf *z, double uniform);
