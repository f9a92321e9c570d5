// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/spans.h"
#include "user/model/run.h"
#include "user/tests/sample_birth.h"

#define TIMES 4000

static bool covered[TIMES];

static int64_t count(void)
{
	int64_t n = 0;

	for (size_t i = 0; i < TIMES; i++)
		n += covered[i];
	return n;
}

/* Against a list of every moment; spans begin in any order, but not long before the last. */
TEST(time_that_spans_share_counts_once)
{
	srand(1);
	for (int round = 0; round < 200; round++) {
		int longest = 1 + rand() % 60;
		struct spans s = {0};

		memset(covered, 0, sizeof(covered));
		for (int from = 0; from < TIMES - 200; from += rand() % 20) {
			int at = from + rand() % 100, to = at + rand() % longest;

			memset(covered + at, 1, (size_t)(to - at));
			assert_int_equal(spans__add(&s, at, to), 0);
			assert_int_equal(spans__ns(&s), count());
		}
		assert_false(s.least);
		spans__free(&s);
	}
}

TEST(memory_is_bounded_and_what_that_costs_is_said)
{
	struct spans s = {0};

	for (int64_t i = 0; i < 3 * SPANS_MAX; i++)
		assert_int_equal(spans__add(&s, 10 * i, 10 * i + 3), 0);
	assert_in_range(s.cap, 1, SPANS_MAX);
	assert_int_equal(spans__ns(&s), 9 * SPANS_MAX);
	assert_false(s.least);
	/* Some of it was closed. */
	assert_int_equal(spans__add(&s, 0, 30 * SPANS_MAX), 0);
	assert_true(s.least);
	assert_in_range(spans__ns(&s), 9 * SPANS_MAX + 1, 30 * SPANS_MAX - 1);
	spans__free(&s);
}

/* Calls of 9 us, in a file in any order; two of them share 4 us, and two are no calls. */
TEST(calls_of_births_are_taken_in_their_order)
{
	struct birth b[] = {sample_birth(1, 2, 500000), sample_birth(1, 3, 1000),
			    sample_birth(4, 5, 505000), sample_birth(1, 6, 300000),
			    sample_birth(1, 7, 700000)};
	struct run r = {.births = b, .birth_count = sizeof(b) / sizeof(b[0])};
	struct spans s = {0};

	b[3].life.result = -12;
	b[4].life.edge[EDGE_clone_enter] = 0;
	assert_int_equal(spans__add_calls(&s, &r), 0);
	assert_int_equal(spans__ns(&s), 9000 + 9000 + 5000);
	assert_false(s.least);
	spans__free(&s);
}
