// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/shared/clock.h"
#include "bench/tests/unit.h"
#include "user/model/observation.h"
#include "user/scenario/print.h"
#include "user/scenario/snapshot/compare.h"

#define RATE   1000
#define WRITES 2000 /* of a part: two seconds */

static const struct snapshot_subject *const ours = &snapshot_subjects[0],
					    *const redis =
						    &snapshot_subjects[SNAPSHOT_SUBJECTS - 1];

/* A round as it could be. */
struct made_up {
	int64_t before_ns;   /* of each write */
	int64_t during_ns;   /* of those that wait for the fork */
	unsigned int during; /* writes during the save */
	int64_t stolen_ns;
	int64_t waited_ns; /* by the client, for a CPU */
};

static void put_value(struct run *r, const char *name, const char *key, int64_t value)
{
	struct observation *o = run__add_observation(r, name, "ns", key);

	assert_non_null(o);
	assert_int_equal(series__push(&o->values, value), 0);
}

/* The first 40 writes of the save wait for the fork, the others as long as before. */
static void add_round(struct run *r, const struct snapshot_subject *u, unsigned int round,
		      const struct made_up *m)
{
	struct conditions before = conditions_of("%s round=%u when=before", u->key, round),
			  during = conditions_of("%s round=%u when=during", u->key, round);
	struct observation *o = run__add_observation(r, "latency", "ns", before.text);

	for (unsigned int i = 0; i < WRITES; i++)
		assert_int_equal(series__push(&o->values, m->before_ns), 0);
	o = run__add_observation(r, "latency", "ns", during.text);
	for (unsigned int i = 0; i < m->during; i++)
		assert_int_equal(series__push(&o->values, i < 40 ? m->during_ns : m->before_ns), 0);
	put_value(r, "stolen", before.text, m->stolen_ns);
	put_value(r, "client_cpu_wait", before.text, m->waited_ns);
}

/* A run whose rounds of redis-server are quiet ones with that ratio; ours are given. */
static struct run run_of(const char *clock, const struct made_up *rounds, unsigned int count,
			 int64_t redis_ratio)
{
	struct made_up there = {100, 100 * redis_ratio, WRITES, 0, 0};
	struct run r = {0};

	r.clock = strdup(clock);
	assert_int_equal(run__add_env_number(&r, "rate", RATE), 0);
	for (unsigned int i = 0; i < count; i++) {
		add_round(&r, ours, i + 1, &rounds[i]);
		add_round(&r, redis, i + 1, &there);
	}
	return r;
}

static enum agreement agreement_of(const char *clock, const struct made_up *rounds,
				   unsigned int count, int64_t redis_ratio)
{
	struct run r = run_of(clock, rounds, count, redis_ratio);
	enum agreement a = compare_within_two(&r, ours, redis, compare_p99);

	run__free(&r);
	return a;
}

TEST(what_the_host_and_the_client_may_take)
{
	assert_true(compare_is_quiet(2, 10 * NS_PER_MS, 200 * NS_PER_MS));
	assert_false(compare_is_quiet(2, 10 * NS_PER_MS + 1, 0));
	assert_false(compare_is_quiet(2, 0, 200 * NS_PER_MS + 1));
	assert_true(compare_is_quiet(2, MISSING, MISSING));
}

/* With all of its writes the p99 of the second round would be that of before. */
TEST(a_save_that_takes_longer_has_no_other_p99)
{
	struct made_up rounds[] = {{100, 5000, WRITES, 0, 0}, {100, 5000, 10 * WRITES, 0, 0}};
	struct run r = run_of("monotonic", rounds, 2, 50);
	struct growth g = compare_growth(&r, ours, compare_p99);

	assert_int_equal(compare_window(&r), WRITES);
	assert_float_equal(g.low, 50, 1e-9);
	assert_float_equal(g.high, 50, 1e-9);
	run__free(&r);
}

/* All parts are as long as the shortest: here of one whose save was short. */
TEST(a_short_save_shortens_the_parts_of_all)
{
	struct made_up rounds[] = {{100, 5000, WRITES, 0, 0}, {100, 5000, 1500, 0, 0}};
	struct run r = run_of("monotonic", rounds, 2, 50);

	assert_int_equal(compare_window(&r), 1500);
	run__free(&r);
}

/* By what was taken, whatever the writes waited: the second has the usual ratio, the third not. */
TEST(a_round_counts_by_what_was_taken_from_the_machine_alone)
{
	struct made_up rounds[] = {
		{100, 5000, WRITES, 0, 0},
		{100, 5000, WRITES, 20 * NS_PER_MS, 0},
		{5000, 5000, WRITES, 0, 0},
		{100, 5000, WRITES, 0, 300 * NS_PER_MS},
		{100, 5000, WRITES, 10 * NS_PER_MS, 0},
	};
	struct run r = run_of("monotonic", rounds, 5, 50);
	struct growth g = compare_growth(&r, ours, compare_p99);

	assert_int_equal(g.rounds, 5);
	assert_int_equal(g.counted, 3);
	assert_float_equal(g.ratio, 50, 1e-9);
	assert_float_equal(g.low, 1, 1e-9);
	assert_float_equal(g.high, 50, 1e-9);
	run__free(&r);
}

TEST(two_stores_agree_or_not)
{
	struct made_up rounds[3] = {
		{100, 5000, WRITES, 0, 0}, {100, 5100, WRITES, 0, 0}, {100, 5200, WRITES, 0, 0}};

	assert_int_equal(agreement_of("monotonic", rounds, 3, 51), AGREEMENT_YES);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 98), AGREEMENT_YES);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 26), AGREEMENT_YES);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 110), AGREEMENT_NO);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 20), AGREEMENT_NO);
	/* Without the last round the median is 50.5, and less than half of it. */
	assert_int_equal(agreement_of("monotonic", rounds, 3, 102), AGREEMENT_UNCLEAR);
}

TEST(too_few_rounds_decide_nothing_but_in_the_lab)
{
	struct made_up rounds[5] = {{100, 5000, WRITES, 0, 0},
				    {100, 5000, WRITES, 0, 0},
				    {100, 5000, WRITES, NS_PER_S, 0},
				    {100, 5000, WRITES, NS_PER_S, 0},
				    {100, 5000, WRITES, NS_PER_S, 0}};

	assert_int_equal(agreement_of("monotonic", rounds, 2, 50), AGREEMENT_FEW);
	assert_int_equal(agreement_of("monotonic", rounds, 5, 50), AGREEMENT_FEW);
	assert_int_equal(agreement_of("monotonic", rounds + 2, 3, 50), AGREEMENT_FEW);
	assert_int_equal(agreement_of("icount", rounds, 1, 50), AGREEMENT_YES);
	assert_int_equal(agreement_of("icount", rounds, 1, 150), AGREEMENT_NO);
}

TEST(without_a_p99_there_is_no_answer)
{
	struct made_up few = {100, 5000, 500, 0, 0};

	assert_int_equal(agreement_of("monotonic", &few, 1, 50), AGREEMENT_NONE);
	assert_int_equal(agreement_of("icount", NULL, 0, 50), AGREEMENT_NONE);
}
