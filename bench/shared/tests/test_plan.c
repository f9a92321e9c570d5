// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/plan.h"
#include "bench/tests/unit.h"

#define CELLS 4

static struct plan_block *plan(const struct plan_want *wants, size_t n, unsigned int rounds,
			       uint64_t seed, size_t *count)
{
	struct plan_block *blocks = NULL;

	assert_int_equal(plan_make(wants, n, rounds, seed, &blocks, count), 0);
	return blocks;
}

/* The first values that Vigna's reference splitmix64.c gives for seed 1234567. */
TEST(test_random_is_splitmix64)
{
	uint64_t seed = 1234567;

	assert_int_equal(plan_random(&seed), UINT64_C(6457827717110365317));
	assert_int_equal(plan_random(&seed), UINT64_C(3203168211198807973));
	assert_int_equal(plan_random(&seed), UINT64_C(9817491932198370423));
}

TEST(test_every_run_is_planned_once)
{
	const struct plan_want wants[CELLS] = {{0, 0, 7}, {1, 0, 10}, {2, 0, 25}, {3, 0, 0}};
	unsigned int runs[CELLS] = {0}, blocks_of[CELLS] = {0};
	size_t count;
	struct plan_block *blocks = plan(wants, CELLS, 10, 1, &count);

	for (size_t i = 0; i < count; i++) {
		assert_true(blocks[i].runs > 0);
		runs[blocks[i].cell] += blocks[i].runs;
		blocks_of[blocks[i].cell]++;
	}
	for (size_t i = 0; i < CELLS; i++)
		assert_int_equal(runs[i], wants[i].runs);
	/* Fewer runs than rounds: one each in the first rounds. */
	assert_int_equal(blocks_of[0], 7);
	assert_int_equal(blocks_of[1], 10);
	assert_int_equal(blocks_of[2], 10);
	assert_int_equal(blocks_of[3], 0);
	free(blocks);
}

TEST(test_few_runs_come_in_the_first_rounds)
{
	const struct plan_want wants[] = {{0, 0, 2}, {1, 0, 5}};
	size_t count;
	struct plan_block *blocks = plan(wants, 2, 5, 3, &count);

	assert_int_equal(count, 7);
	for (size_t i = 4; i < count; i++)
		assert_int_equal(blocks[i].cell, 1);
	free(blocks);
}

TEST(test_probe_sets_go_up_and_down)
{
	/* Whatever the order of the wants: grouped by probe set, ascending, then descending. */
	const struct plan_want wants[] = {{0, 5, 4}, {0, 1, 4}, {1, 5, 4}, {1, 1, 4}, {0, 3, 4}};
	const unsigned int expected[] = {1, 1, 3, 5, 5, 5, 5, 3, 1, 1};
	size_t count;
	struct plan_block *blocks = plan(wants, 5, 4, 9, &count);

	assert_int_equal(count, 20);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(blocks[i].probe_set, expected[i % 10]);
	free(blocks);
}

TEST(test_seed_decides_the_order)
{
	struct plan_want wants[50];
	struct plan_block *a, *b, *c;
	size_t count;

	for (size_t i = 0; i < 50; i++)
		wants[i] = (struct plan_want){.cell = (unsigned int)i, .runs = 1};
	a = plan(wants, 50, 1, 42, &count);
	b = plan(wants, 50, 1, 42, &count);
	c = plan(wants, 50, 1, 43, &count);
	assert_int_equal(count, 50);
	assert_memory_equal(a, b, count * sizeof(*a));
	assert_true(memcmp(a, c, count * sizeof(*a)) != 0);
	free(a);
	free(b);
	free(c);
}

/* Each of the 6 orders of 3 cells is as likely: 6000 rounds, 1000 expected, 5 sigma is 144. */
TEST(test_shuffle_is_fair)
{
	const struct plan_want wants[] = {{0, 0, 6000}, {1, 0, 6000}, {2, 0, 6000}};
	unsigned int seen[27] = {0};
	size_t count;
	struct plan_block *blocks = plan(wants, 3, 6000, 7, &count);
	int orders = 0;

	assert_int_equal(count, 18000);
	for (size_t i = 0; i < count; i += 3)
		seen[blocks[i].cell * 9 + blocks[i + 1].cell * 3 + blocks[i + 2].cell]++;
	for (size_t i = 0; i < 27; i++) {
		if (seen[i] == 0)
			continue;
		orders++;
		assert_in_range(seen[i], 856, 1144);
	}
	assert_int_equal(orders, 6);
	free(blocks);
}

TEST(test_edges)
{
	const struct plan_want nothing = {0, 0, 0};
	struct plan_block *blocks = NULL;
	size_t count = 99;

	assert_int_equal(plan_make(&nothing, 1, 0, 1, &blocks, &count), -EINVAL);
	assert_int_equal(plan_make(&nothing, 1, 3, 1, &blocks, &count), 0);
	assert_int_equal(count, 0);
	free(blocks);
	assert_int_equal(plan_make(NULL, 0, 3, 1, &blocks, &count), 0);
	assert_int_equal(count, 0);
	free(blocks);
}
