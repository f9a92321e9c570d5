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

/* A round as it could be: two parts before the save, of which something is taken from the second.
 */
struct made_up {
	int64_t first_ns, second_ns; /* of each write before the save */
	int64_t during_ns;	     /* of those that wait for the fork */
	unsigned int during;	     /* writes during the save */
	int64_t stolen_ns;
	int64_t waited_ns; /* by the client, for a CPU */
	int64_t others_ns; /* that other tasks ran there */
};

static void put_two(struct run *r, const char *name, const char *key, int64_t a, int64_t b)
{
	struct observation *o = run__add_observation(r, name, "ns", key);

	assert_non_null(o);
	assert_int_equal(series__push(&o->values, a), 0);
	assert_int_equal(series__push(&o->values, b), 0);
}

static void push_writes(struct observation *o, unsigned int count, int64_t ns)
{
	assert_non_null(o);
	while (count-- > 0)
		assert_int_equal(series__push(&o->values, ns), 0);
}

/* The first 40 writes of the save wait for the fork, the others as long as before. */
static void add_round(struct run *r, const struct snapshot_subject *u, unsigned int round,
		      const struct made_up *m)
{
	struct conditions before = conditions_of("%s round=%u when=before", u->key, round),
			  during = conditions_of("%s round=%u when=during", u->key, round);
	struct observation *o = run__add_observation(r, "latency", "ns", before.text);

	push_writes(o, WRITES, m->first_ns);
	push_writes(o, WRITES, m->second_ns);
	o = run__add_observation(r, "latency", "ns", during.text);
	push_writes(o, 40, m->during_ns);
	push_writes(o, m->during - 40, m->first_ns);
	put_two(r, "writes", before.text, WRITES, WRITES);
	put_two(r, "stolen", before.text, 0, m->stolen_ns);
	put_two(r, "client_cpu_wait", before.text, 0, m->waited_ns);
	put_two(r, "others", before.text, 0, m->others_ns);
}

/* A run whose rounds of redis-server are quiet ones with that ratio; ours are given. */
static struct run run_of(const char *clock, const struct made_up *rounds, unsigned int count,
			 int64_t redis_ratio)
{
	struct made_up there = {100, 100, 100 * redis_ratio, WRITES, 0, 0, 0};
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

TEST(what_host_others_and_client_may_take)
{
	assert_true(compare_is_quiet(2, 10 * NS_PER_MS, 20 * NS_PER_MS, 200 * NS_PER_MS));
	assert_false(compare_is_quiet(2, 10 * NS_PER_MS + 1, 0, 0));
	assert_false(compare_is_quiet(2, 0, 20 * NS_PER_MS + 1, 0));
	assert_false(compare_is_quiet(2, 0, 0, 200 * NS_PER_MS + 1));
	assert_true(compare_is_quiet(2, MISSING, MISSING, MISSING));
}

/* With all of its writes the p99 of the second round would be that of before. */
TEST(a_save_that_takes_longer_has_no_other_p99)
{
	struct made_up rounds[] = {{100, 100, 5000, WRITES, 0, 0, 0},
				   {100, 100, 5000, 10 * WRITES, 0, 0, 0}};
	struct run r = run_of("monotonic", rounds, 2, 50);
	struct growth g = compare_growth(&r, ours, compare_p99);

	assert_int_equal(compare_window(&r), WRITES);
	assert_float_equal(g.low, 50, 1e-9);
	assert_float_equal(g.high, 50, 1e-9);
	run__free(&r);
}

/* All that is compared is as long as the shortest: here a save. */
TEST(a_short_save_shortens_the_parts_of_all)
{
	struct made_up rounds[] = {{100, 100, 5000, WRITES, 0, 0, 0},
				   {100, 100, 5000, 1500, 0, 0, 0}};
	struct run r = run_of("monotonic", rounds, 2, 50);

	assert_int_equal(compare_window(&r), 1500);
	run__free(&r);
}

/* The writes of a part decide nothing: slow ones count, and fast ones do not. */
TEST(a_part_counts_by_what_was_taken_from_the_machine_alone)
{
	struct made_up rounds[] = {
		{1000, 10, 5000, WRITES, 20 * NS_PER_MS, 0, 0},
		{1000, 10, 6000, WRITES, 0, 300 * NS_PER_MS, 0},
		{1000, 50000, 7000, WRITES, 10 * NS_PER_MS, 200 * NS_PER_MS, 20 * NS_PER_MS},
		{1000, 20, 6000, WRITES, 0, 0, 21 * NS_PER_MS},
	};
	struct run r = run_of("monotonic", rounds, 4, 50);
	struct growth g = compare_growth(&r, ours, compare_p99);

	assert_int_equal(g.rounds, 4);
	assert_int_equal(g.parts, 8);
	assert_int_equal(g.quiet_parts, 5);
	assert_float_equal(g.ratio, 6, 1e-9);
	assert_float_equal(g.low, 5, 1e-9);
	assert_float_equal(g.high, 7, 1e-9);
	run__free(&r);
}

/* A run from before there were parts: one part of all writes. */
TEST(all_writes_before_a_save_are_one_part_if_nothing_is_said)
{
	struct run r = {0};
	struct growth g;

	r.clock = strdup("monotonic");
	assert_int_equal(run__add_env_number(&r, "rate", RATE), 0);
	push_writes(run__add_observation(&r, "latency", "ns",
					 conditions_of("%s round=1 when=before", ours->key).text),
		    WRITES, 10);
	push_writes(run__add_observation(&r, "latency", "ns",
					 conditions_of("%s round=1 when=during", ours->key).text),
		    WRITES, 30);
	g = compare_growth(&r, ours, compare_most);
	assert_int_equal(g.parts, 1);
	assert_float_equal(g.ratio, 3, 1e-9);
	run__free(&r);
}

TEST(two_stores_agree_or_not)
{
	struct made_up rounds[3] = {{100, 100, 5000, WRITES, 0, 0, 0},
				    {100, 100, 5100, WRITES, 0, 0, 0},
				    {100, 100, 5200, WRITES, 0, 0, 0}};

	assert_int_equal(agreement_of("monotonic", rounds, 3, 51), AGREEMENT_YES);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 98), AGREEMENT_YES);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 26), AGREEMENT_YES);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 110), AGREEMENT_NO);
	assert_int_equal(agreement_of("monotonic", rounds, 3, 20), AGREEMENT_NO);
	/* Without the last round the median is 50.5, and less than half of it. */
	assert_int_equal(agreement_of("monotonic", rounds, 3, 102), AGREEMENT_UNCLEAR);
}

TEST(too_little_decides_nothing_but_in_the_lab)
{
	struct made_up rounds[3] = {{100, 100, 5000, WRITES, 0, 0, 0},
				    {100, 100, 5000, WRITES, NS_PER_S, 0, 0},
				    {100, 100, 5000, WRITES, 0, NS_PER_S, 0}};

	assert_int_equal(agreement_of("monotonic", rounds, 1, 50), AGREEMENT_FEW);
	/* Four quiet parts; then five. */
	assert_int_equal(agreement_of("monotonic", rounds, 3, 50), AGREEMENT_FEW);
	rounds[2].waited_ns = 0;
	assert_int_equal(agreement_of("monotonic", rounds, 3, 50), AGREEMENT_YES);
	assert_int_equal(agreement_of("icount", rounds, 1, 50), AGREEMENT_YES);
	assert_int_equal(agreement_of("icount", rounds, 1, 150), AGREEMENT_NO);
}

TEST(without_a_p99_there_is_no_answer)
{
	struct made_up few = {100, 100, 5000, 500, 0, 0, 0};

	assert_int_equal(agreement_of("monotonic", &few, 1, 50), AGREEMENT_NONE);
	assert_int_equal(agreement_of("icount", NULL, 0, 50), AGREEMENT_NONE);
}
