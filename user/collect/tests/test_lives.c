// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <time.h>

#include "bench/tests/unit.h"
#include "user/tests/sample_records.h"

TEST_BETWEEN(clearing_forgets_all, set_up, tear_down)
{
	struct record_death d = death(7, 5000);
	struct sample s = sample(7, 5000);

	lives__sort(&l); /* nothing yet */
	assert_null(find(&s));
	add_life(7, 5000);
	assert_non_null(find(&s));
	lives__clear(&l);
	lives__sort(&l);
	assert_null(find(&s));
	ADD(d);
	assert_int_equal(l.n, 1);
	assert_false(l.v[0].born);
	assert_int_equal(l.v[0].edge[EDGE_clone_enter], 0);
	assert_null(find(&s));
	lives__free(&l);
	assert_null(l.v);
}

static uint64_t found_at(const struct sample *s)
{
	const struct life *life = find(s);

	return life ? life->edge[EDGE_newtask] - 400 : 0;
}

TEST_BETWEEN(a_child_is_found_by_id_and_time, set_up, tear_down)
{
	struct sample s = sample(7, 5000);

	add_life(7, 5000);
	add_life(7, 20000);
	add_life(6, 3000); /* a warm-up */
	lives__sort(&l);
	assert_int_equal(found_at(&s), 5000);
	assert_null(lives__find(&l, PARENT + 1, &s));
	s = sample(7, 20000);
	assert_int_equal(found_at(&s), 20000);
	s = sample(6, 5000);
	assert_null(find(&s));
	s = sample(7, 5000);
	s.t_return = MISSING;
	assert_null(find(&s));
	s = sample(7, 5000);
	s.t_call = MISSING;
	assert_null(find(&s));
}

TEST_BETWEEN(an_unknown_child_is_found_by_time, set_up, tear_down)
{
	struct record_birth unentered = birth(9, 9000), bad = failure(EAGAIN, 4990);
	struct sample s = sample(0, 5000);

	unentered.edge[EDGE_clone_enter] = 0; /* nothing marks it: its next edge stands for it */
	ADD(unentered);
	add_life(8, 7000);
	ADD(bad);
	add_life(7, 5000);
	lives__sort(&l);
	assert_int_equal(found_at(&s), 5000);
	s = sample(0, 9000);
	assert_int_equal(found_at(&s), 9000);
	s.t_call = s.t_return = 7000;
	assert_int_equal(found_at(&s), 7000);
	s.t_call = 7001;
	s.t_return = 8999;
	assert_null(find(&s));
	s = sample(0, 11000);
	assert_null(find(&s));
}

TEST_BETWEEN(a_failed_call_is_found_by_errno_and_time, set_up, tear_down)
{
	struct record_birth late = failure(ENOMEM, 7000), first = failure(EAGAIN, 1000);
	struct record_birth second = failure(EAGAIN, 5000), strange = failure(EAGAIN, 4000);
	struct sample s = failed_sample(EAGAIN, 1000);

	strange.parent_tgid = PARENT + 1;
	ADD(late);
	ADD(first);
	ADD(second);
	ADD(strange);
	add_life(7, 6000);
	assert_int_equal(l.n, 5); /* none of them is the other's, though all have tid 0 */
	lives__sort(&l);
	assert_int_equal(find(&s)->edge[EDGE_clone_enter], 1000);
	s = failed_sample(EAGAIN, 4000);
	assert_int_equal(find(&s)->edge[EDGE_clone_enter], 5000);
	s = failed_sample(ENOMEM, 1000);
	assert_int_equal(find(&s)->edge[EDGE_clone_enter], 7000);
	s = failed_sample(EAGAIN, 6000);
	assert_null(find(&s));
	s = failed_sample(EPERM, 1000);
	assert_null(find(&s));
	s = sample(0, 7000);
	assert_null(find(&s));
}

/* Neither a failure nor a vfork whose entry is not seen stands where an earlier clone did. */
TEST_BETWEEN(edges_of_an_earlier_clone_are_ignored, set_up, tear_down)
{
	struct record_birth bad = failure(EAGAIN, 5000), v = vfork_birth(7, 9000);
	struct sample failed = failed_sample(EAGAIN, 5000), s = sample(0, 9000);

	for (int e = EDGE_mm_start; e < EDGE_clone_return; e++)
		bad.edge[e] = 2000 + (uint64_t)e;
	v.edge[EDGE_clone_enter] = 0;
	v.edge[EDGE_mm_start] = 3000;
	v.edge[EDGE_mm_end] = 3100;
	ADD(v);
	ADD(bad);
	lives__sort(&l);
	assert_non_null(find(&failed));
	assert_true(phase_ns(find(&failed), PHASE_copy_mm) == MISSING);
	assert_true(phase_ns(find(&failed), PHASE_wake) == MISSING);
	assert_int_equal(found_at(&s), 9000);
}

/* As from several CPUs: calls overlap, and the births differ only in their parents. */
TEST_BETWEEN(a_life_belongs_to_its_parent, set_up, tear_down)
{
	for (uint32_t i = 0; i < 300; i++) {
		struct record_birth b = birth_of(1 + i % 3, 100 + i, 10000 + 300 * i);

		ADD(b);
	}
	lives__sort(&l);
	for (uint32_t i = 0; i < 300; i++) {
		struct sample s = sample(0, 10000 + 300 * i);
		const struct life *life = lives__find(&l, (pid_t)(1 + i % 3), &s);

		assert_non_null(life);
		assert_int_equal(life->tid, 100 + i);
	}
}

/* Taking the driver's time for an edge must not disturb the order that lives are found by. */
TEST_BETWEEN(joining_one_leaves_the_others_to_be_found, set_up, tear_down)
{
	struct record_birth a = birth_of(1, 7, 5000), b = birth_of(2, 8, 4900);
	struct sample of_a = sample(7, 5000), of_b = sample(8, 4900);

	choice.edges[EDGE_clone_enter] = row(EDGE_clone_enter, -1, true);
	a.edge[EDGE_clone_enter] = b.edge[EDGE_clone_enter] = 0;
	of_a.t_call = 4800; /* before b's call, though its birth came later */
	ADD(a);
	ADD(b);
	lives__sort(&l);
	join(&of_a, lives__find(&l, 1, &of_a));
	assert_non_null(lives__find(&l, 2, &of_b));
	assert_int_equal(lives__find(&l, 2, &of_b)->tid, 8);
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

TEST_BETWEEN(many_lives_are_joined_in_time, set_up, tear_down)
{
	enum { LIVES = 10000, LIMIT_MS = 4000 };
	int64_t start = cpu_ns(), ms;

	for (uint32_t i = 0; i < LIVES; i++)
		add_life(100 + i, 10000 * (i + 1ULL));
	assert_int_equal(l.n, LIVES);
	lives__sort(&l);
	for (uint32_t i = 0; i < LIVES; i++) {
		struct sample s = sample((pid_t)(100 + i), 10000 * (i + 1LL));

		join(&s, find(&s));
	}
	ms = (cpu_ns() - start) / 1000000;
	assert_int_equal(cell.phases[PHASE_copy_mm].n, LIVES);
	if (ms > LIMIT_MS)
		fail_msg("%d lives took %" PRId64 " ms", LIVES, ms);
}
