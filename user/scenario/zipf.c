// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "user/scenario/zipf.h"

#include <math.h>

#define THETA 0.99

struct zipf zipf__of(uint64_t n)
{
	struct zipf z = {.n = n, .alpha = 1 / (1 - THETA)};
	double two = 1 + pow(0.5, THETA);

	/* From a million on the rest of the sum is nearly its integral. */
	for (uint64_t k = 1; k <= n && k <= 1000000; k++)
		z.zeta += pow((double)k, -THETA);
	if (n > 1000000)
		z.zeta +=
			(pow((double)n + 0.5, 1 - THETA) - pow(1000000.5, 1 - THETA)) / (1 - THETA);
	z.eta = (1 - pow(2.0 / (double)n, 1 - THETA)) / (1 - two / z.zeta);
	return z;
}

uint64_t zipf__rank(const struct zipf *z, double uniform)
{
	double uz = uniform * z->zeta;
	uint64_t rank;

	if (uz < 1)
		return 0;
	if (uz < 1 + pow(0.5, THETA))
		return z->n > 1;
	rank = (uint64_t)((double)z->n * pow(z->eta * uniform - z->eta + 1, z->alpha));
	return rank < z->n ? rank : z->n - 1;
}

uint64_t zipf__next(const struct zipf *z, uint64_t *random)
{
	double uniform = (double)(random_next(random) >> 11) * 0x1p-53;
	uint64_t rank = zipf__rank(z, uniform);

	/* Scatters the frequent ones; two ranks may meet, as in YCSB. */
	return random_next(&rank) % z->n;
}
