// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>

#include "bench/tests/unit.h"
#include "user/model/observation.h"
#include "user/scenario/spawn/rows.h"

static struct middle of_numbers_to(int count)
{
	struct run r = {0};
	struct observation *o = run__add_observation(&r, "total", "ns", "way=fork");
	struct middle m;

	assert_non_null(o);
	for (int i = count; i > 0; i--)
		assert_int_equal(series__push(&o->values, i), 0);
	m = middle_of(&r, "total", "way=fork");
	run__free(&r);
	return m;
}

/* By tables of the sign test: of 6 values the range, of 100 the 40th and the 61st. */
TEST(the_interval_of_a_median_is_by_order_statistics)
{
	struct middle m = of_numbers_to(6);

	assert_float_equal(m.median, 3.5, 1e-9);
	assert_float_equal(m.low, 1, 1e-9);
	assert_float_equal(m.high, 6, 1e-9);
	m = of_numbers_to(100);
	assert_float_equal(m.low, 40, 1e-9);
	assert_float_equal(m.high, 61, 1e-9);
}

TEST(fewer_than_six_values_have_no_interval)
{
	struct middle m = of_numbers_to(5);

	assert_float_equal(m.median, 3, 1e-9);
	assert_true(isnan(m.low) && isnan(m.high));
	assert_true(isnan(of_numbers_to(0).median));
}
