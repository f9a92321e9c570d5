// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdio.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/analysis/birth_sums.h"
#include "user/tests/sample_birth.h"

static void add(struct birth_sums *s, struct birth b, const char *comm)
{
	snprintf(b.comm, sizeof(b.comm), "%s", comm);
	assert_int_equal(birth_sums__add(s, &b), 0);
	/* It keeps nothing of the birth itself. */
	memset(&b, 0xff, sizeof(b));
}

/* Calls of 9 us each, in a file in the order of their ends; the first two share 4 us. */
TEST(births_are_in_order_of_their_begin)
{
	struct birth_sums *s = birth_sums__new();
	struct birth failed = sample_birth(1, 9, 600000), slow = sample_birth(1, 4, 500000);

	failed.life.result = -12;
	slow.life.edge[EDGE_clone_return] += 1000;
	add(s, sample_exec_birth(3, 5, 505000), "exec");
	add(s, failed, "other");
	add(s, slow, "other");
	add(s, sample_exec_birth(1, 3, 1000), "other");
	assert_int_equal(birth_sums__finish(s), 0);
	assert_int_equal(s->n, 4);
	assert_int_equal(s->order[0]->t_ns, 1000);
	assert_string_equal(s->order[0]->program, "prog");
	assert_string_equal(s->order[2]->comm, "exec");
	assert_ptr_equal(s->order[0]->program, s->order[2]->program);
	assert_null(s->order[1]->program);
	assert_false(s->order[3]->made);
	assert_ptr_equal(s->slowest, s->order[1]);
	assert_int_equal(s->by_method[CLONE_METHOD_FORK], 3);
	assert_int_equal(spans__ns(&s->calls), 9000 + 14000);
	/* The name of each birth's group, after these were sorted. */
	assert_string_equal(s->groups.v[s->order[2]->group].label, "exec");
	assert_string_equal(s->groups.v[s->order[1]->group].label, "other");
	birth_sums__free(s);
}

TEST(groups_beyond_the_last_are_counted)
{
	struct birth_sums *s = birth_sums__new();
	int64_t others = 0;
	char comm[16];

	for (uint32_t i = 0; i < 2 * (GROUPS_MAX + 7); i++) {
		snprintf(comm, sizeof(comm), "p%u", i % (GROUPS_MAX + 7));
		add(s, sample_birth(1, 10 + i, 1000 + i), comm);
	}
	assert_int_equal(birth_sums__finish(s), 0);
	assert_int_equal(s->groups.n, GROUPS_MAX);
	assert_int_equal(s->group_count, GROUPS_MAX + 7);
	assert_int_equal(s->groups.other.counts.births, 14);
	assert_int_equal(birth_sums__rest(s, GROUPS_MAX).groups, 7);
	assert_null(s->series[SERIES_MAX - 1].group);
	for (size_t i = 0; i < s->bins; i++)
		others += s->series[SERIES_MAX - 1].n[i];
	assert_int_equal(others, 14 + 2 * (GROUPS_MAX - SERIES_MAX + 1));
	birth_sums__free(s);
}
