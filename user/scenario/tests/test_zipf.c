// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdlib.h>

#include "bench/tests/unit.h"
#include "user/scenario/zipf.h"

#define DRAWS 1000000

TEST(ranks_come_as_often_as_zipf_says)
{
	const uint64_t n = 1000;
	struct zipf z = zipf__of(n);
	unsigned int *seen = calloc(n, sizeof(*seen));
	double zeta = 0;

	assert_non_null(seen);
	for (uint64_t k = 1; k <= n; k++)
		zeta += pow((double)k, -0.99);
	for (int i = 0; i < DRAWS; i++)
		seen[zipf__rank(&z, (i + 0.5) / DRAWS)]++;
	/* The method is exact for the first two, and an approximation of the others. */
	assert_true(fabs(seen[0] * zeta / DRAWS - 1) < 0.001);
	assert_true(fabs(seen[1] * zeta * pow(2, 0.99) / DRAWS - 1) < 0.001);
	assert_true(fabs(seen[99] * zeta * pow(100, 0.99) / DRAWS - 1) < 0.15);
	free(seen);
}

TEST(keys_stay_within_their_number_however_many_there_are)
{
	static const uint64_t counts[] = {1, 2, 3, 1000, 5000000};
	uint64_t random = 1;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct zipf z = zipf__of(counts[i]);

		assert_true(zipf__rank(&z, 0) == 0);
		assert_true(zipf__rank(&z, 1 - 0x1p-53) < counts[i]);
		for (int k = 0; k < 10000; k++)
			assert_true(zipf__next(&z, &random) < counts[i]);
	}
}

TEST(the_sum_of_many_terms_is_that_of_its_integral)
{
	struct zipf z = zipf__of(3000000);
	double zeta = 0;

	for (uint64_t k = 1; k <= z.n; k++)
		zeta += pow((double)k, -0.99);
	assert_true(fabs(z.zeta / zeta - 1) < 1e-9);
}
