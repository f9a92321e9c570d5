// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which of several readings of two counts holds. */
#include "bench/tests/unit.h"
#include "user/model/series.h"
#include "user/profile/counts.h"

#define READINGS_MAX 64

/* What a kernel has counted and we have; the reader goes from one reading to the next. */
struct script {
	struct birth_counts v[READINGS_MAX];
	size_t n, *at;
};

static struct birth_counts next(const void *context)
{
	const struct script *s = context;
	size_t i = *s->at < s->n ? (*s->at)++ : s->n - 1;

	return s->v[i];
}

static struct birth_counts settled(const struct birth_counts *v, size_t n)
{
	size_t at = 0;
	struct script s = {.n = n, .at = &at};

	for (size_t i = 0; i < n; i++)
		s.v[i] = v[i];
	return birth_counts_settled(next, &s);
}

TEST(births_under_way_are_not_missed)
{
	static const struct birth_counts busy[] = {
		{1002, 0}, {1013, 12}, {1020, 18}, {1030, 30}, {1041, 40}};
	struct birth_counts c = settled(busy, sizeof(busy) / sizeof(busy[0]));

	assert_int_equal(c.kernel - c.ours, 1000);
	/* They are of the last reading: births go on while the readings are taken. */
	assert_int_equal(c.ours, 40);
}

TEST(a_reading_that_was_not_possible_does_not_hold)
{
	static const struct birth_counts some[] = {{MISSING, 5}, {1007, 6}, {MISSING, 9}};
	static const struct birth_counts none[] = {{MISSING, 5}, {MISSING, 9}};

	assert_int_equal(settled(some, 3).kernel, 1007);
	assert_true(settled(none, 2).kernel == MISSING);
}

/*
 * A storm: each birth is counted by the kernel, and a reading later by us, but for some, which we
 * miss. The differences of the settled readings at both ends are those missed.
 */
TEST(what_is_missed_between_two_settled_readings_is_their_difference)
{
	for (unsigned int seed = 1; seed <= 20; seed++) {
		struct birth_counts v[READINGS_MAX] = {{0}}, a, b;
		int64_t missed = 0, under_way = 0, ours = 0, kernel = 1000;
		unsigned int x = seed;

		for (size_t i = 0; i < READINGS_MAX; i++) {
			x = x * 1103515245 + 12345;
			/* At times nothing is under way: at each fourth reading, whatever the seed.
			 */
			ours += under_way;
			under_way = i % 4 == 3 ? 0 : x >> 16 & 3;
			kernel += under_way;
			if (i > 12 && i < 40 && x >> 20 & 1) {
				kernel++;
				missed++;
			}
			v[i] = (struct birth_counts){kernel, ours};
		}
		a = settled(v, 13);
		b = settled(v + 45, READINGS_MAX - 45);
		assert_true(missed > 0);
		assert_int_equal((b.kernel - b.ours) - (a.kernel - a.ours), missed);
	}
}
