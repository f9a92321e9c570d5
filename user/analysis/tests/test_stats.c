// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdlib.h>

#include "bench/tests/unit.h"
#include "user/analysis/stats.h"

static struct series of(const int64_t *values, size_t n)
{
	struct series s = {0};

	for (size_t i = 0; i < n; i++)
		assert_int_equal(series__push(&s, values[i]), 0);
	return s;
}

#define OF(...)                                                                                    \
	of((const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void assert_close(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.17g is not %.17g", value, expected);
}

/*
 * Expected values are those of R 4.2.2:
 *   quantile(c(15, 20, 35, 40, 50), c(0, 0.05, 0.25, 0.3, 0.4, 0.5, 0.95, 1), type = 7)
 *   quantile(c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3), c(0.1, 0.5, 0.75, 0.9, 0.99), type = 7)
 */
TEST(quantiles_are_those_of_r)
{
	struct series a = OF(15, 20, 35, 40, 50);
	struct series b = OF(3, 1, 4, 1, 5, 9, 2, 6, 5, 3);

	assert_close(stats_quantile(&a, 0), 15);
	assert_close(stats_quantile(&a, 0.05), 16);
	assert_close(stats_quantile(&a, 0.25), 20);
	assert_close(stats_quantile(&a, 0.3), 23);
	assert_close(stats_quantile(&a, 0.4), 29);
	assert_close(stats_quantile(&a, 0.5), 35);
	assert_close(stats_quantile(&a, 0.95), 48);
	assert_close(stats_quantile(&a, 1), 50);
	assert_close(stats_quantile(&b, 0.1), 1);
	assert_close(stats_median(&b), 3.5);
	assert_close(stats_quantile(&b, 0.75), 5);
	assert_close(stats_quantile(&b, 0.9), 6.3);
	assert_close(stats_quantile(&b, 0.99), 8.73);
	series__free(&a);
	series__free(&b);
}

/*
 * R 4.2.2: z <- (0:999 * 7919) %% 1009
 *          quantile(z, c(0.01, 0.5, 0.9, 0.99, 0.999), type = 7); sum(z)
 */
TEST(quantiles_of_many)
{
	struct series z = {0};

	for (int64_t i = 0; i < 1000; i++)
		assert_int_equal(series__push(&z, i * 7919 % 1009), 0);
	assert_close(stats_quantile(&z, 0.01), 9.99);
	assert_close(stats_quantile(&z, 0.5), 505.5);
	assert_close(stats_quantile(&z, 0.9), 907.1);
	assert_close(stats_quantile(&z, 0.99), 998.01);
	assert_close(stats_quantile(&z, 0.999), 1007.001);
	assert_close(stats_sum(&z), 504678);
	series__free(&z);
}

TEST(missing_values_do_not_count)
{
	struct series gaps = OF(MISSING, 15, 20, MISSING, 35, 40, 50, MISSING);
	struct series none = OF(MISSING, MISSING);
	struct series empty = {0};

	assert_int_equal(stats_count(&gaps), 5);
	assert_close(stats_quantile(&gaps, 0), 15);
	assert_close(stats_quantile(&gaps, 0.3), 23);
	assert_close(stats_median(&gaps), 35);
	assert_close(stats_sum(&gaps), 160);
	assert_true(isnan(stats_median(&none)));
	assert_true(isnan(stats_median(&empty)));
	assert_int_equal(stats_count(&empty), 0);
	series__free(&gaps);
	series__free(&none);
}

TEST(the_whole_range_is_safe)
{
	struct series s = OF(INT64_MAX, -INT64_MAX, 0, INT64_MAX, -INT64_MAX);
	struct series one = OF(-7);
	struct series below = OF(-5, 8, -3, 2);

	assert_close(stats_quantile(&s, 0), -0x1p63);
	assert_close(stats_median(&s), 0);
	assert_close(stats_quantile(&s, 1), 0x1p63);
	assert_close(stats_quantile(&s, 0.375), -0x1p62);
	assert_close(stats_quantile(&one, 0.99), -7);
	assert_close(stats_median(&below), -0.5); /* R: median(c(-5, -3, 2, 8)) */
	series__free(&s);
	series__free(&one);
	series__free(&below);
}

static bool known(size_t n, double q)
{
	struct series s = {0};
	bool result;

	for (size_t i = 0; i < n; i++)
		assert_int_equal(series__push(&s, 1), 0);
	assert_int_equal(series__push(&s, MISSING), 0);
	result = stats_tail_known(&s, q);
	series__free(&s);
	return result;
}

TEST(a_tail_needs_ten_values_beyond_it)
{
	assert_int_equal(stats_tail_least(0.90), 100);
	assert_int_equal(stats_tail_least(0.95), 200);
	assert_int_equal(stats_tail_least(0.99), 1000);
	assert_int_equal(stats_tail_least(0.999), 10000);
	assert_false(known(99, 0.90));
	assert_true(known(100, 0.90));
	assert_false(known(199, 0.95));
	assert_true(known(200, 0.95));
	assert_false(known(999, 0.99));
	assert_true(known(1000, 0.99));
	assert_false(known(9999, 0.999));
	assert_true(known(10000, 0.999));
	assert_false(known(0, 0.5));
}
