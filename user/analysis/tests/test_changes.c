// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <math.h>
#include <stdlib.h>

#include "bench/tests/unit.h"
#include "user/analysis/changes.h"
#include "user/model/phase.h"
#include "user/tests/sample_run.h"

/* Two runs that are alike until a test changes one of them, and what it then finds. */
struct two {
	struct run runs[2];
	struct rows rows[2];
	struct changes changes;
};

static void begin(struct two *t)
{
	*t = (struct two){0};
	sample_run(&t->runs[0], 200);
	sample_run(&t->runs[1], 200);
}

static void compare(struct two *t)
{
	struct axes axes;

	axes__find(&axes, &t->runs[0]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			rows__init(&t->rows[i], &t->runs[i], rows_probe_set(&t->runs[i]), &axes),
			0);
	assert_int_equal(changes__of(&t->changes, &t->rows[0], &t->rows[1]), 0);
}

static void end(struct two *t)
{
	changes__free(&t->changes);
	for (int i = 0; i < 2; i++) {
		rows__free(&t->rows[i]);
		run__free(&t->runs[i]);
	}
}

/* In the second run. */
static void multiply_phase(struct two *t, enum phase p, double factor)
{
	for (size_t i = 0; i < t->runs[1].cell_count; i++) {
		struct series *s = &t->runs[1].cells[i].phases[p];

		for (size_t k = 0; k < s->n; k++)
			s->v[k] = (int64_t)((double)s->v[k] * factor);
	}
}

static size_t count_of(const struct changes *c, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += !strcmp(change__name(&c->v[i]), name);
	return n;
}

TEST(runs_that_are_alike_have_no_change)
{
	struct change_group *groups;
	struct two t;

	begin(&t);
	compare(&t);
	assert_true(t.changes.n > 20);
	assert_int_equal(t.changes.count[CHANGE_NOISE], t.changes.n);
	assert_int_equal(changes__groups(&t.changes, &groups), 0);
	free(groups);
	/* What execs is compared by when its program starts, and what does not by its call. */
	assert_int_equal(count_of(&t.changes, "call"), 2);
	assert_int_equal(count_of(&t.changes, "started"), 2);
	assert_int_equal(count_of(&t.changes, "copy_mm"), 2);
	end(&t);
}

TEST(a_change_is_one_beyond_both_intervals_and_stands_with_its_like)
{
	struct change_group *groups;
	struct two t;

	begin(&t);
	multiply_phase(&t, PHASE_copy_mm, 2);
	multiply_phase(&t, PHASE_first_run, 0.5);
	multiply_phase(&t, PHASE_wake, 1.0001);
	multiply_phase(&t, PHASE_cow_child, 3);
	compare(&t);
	assert_int_equal(t.changes.count[CHANGE_LONGER], 4);
	assert_int_equal(t.changes.count[CHANGE_SHORTER], 4);
	assert_int_equal(t.changes.count[CHANGE_UNKNOWN], 0);
	assert_int_equal(changes__groups(&t.changes, &groups), 3);
	/* 67 us more of 335, which weighs more than 100 us of 260. */
	assert_string_equal(change__name(groups[0].worst), "cow_child");
	assert_true(groups[0].worst->starred);
	assert_string_equal(groups[0].worst->from->parent, "1 MiB");
	assert_string_equal(change__name(groups[1].worst), "copy_mm");
	assert_string_equal(groups[1].worst->from->parent, "64 MiB");
	assert_false(groups[1].worst->starred);
	assert_int_equal(groups[1].cells, 2);
	assert_float_equal(groups[1].least, 2, 1e-3);
	assert_float_equal(groups[1].most, 2, 1e-3);
	/* What is shorter comes last. */
	assert_string_equal(change__name(groups[2].worst), "first_run");
	assert_int_equal(groups[2].cells, 4);
	assert_int_equal(groups[2].worst->kind, CHANGE_SHORTER);
	for (size_t i = 1; i < t.changes.n; i++)
		assert_true(t.changes.v[i - 1].kind <= t.changes.v[i].kind);
	free(groups);
	end(&t);
}

TEST(without_blocks_nothing_is_called_a_change)
{
	struct two t;

	begin(&t);
	multiply_phase(&t, PHASE_copy_mm, 2);
	t.runs[0].rounds = BLOCK_COUNT_LEAST - 1;
	compare(&t);
	assert_int_equal(t.changes.count[CHANGE_UNKNOWN], t.changes.n);
	end(&t);
}

TEST(in_the_lab_the_least_difference_is_one)
{
	struct two t;

	begin(&t);
	for (int i = 0; i < 2; i++) {
		free(t.runs[i].clock);
		t.runs[i].clock = strdup("icount");
	}
	multiply_phase(&t, PHASE_wake, 1.001);
	compare(&t);
	assert_true(t.changes.exact);
	assert_int_equal(t.changes.count[CHANGE_LONGER], 4);
	assert_int_equal(t.changes.count[CHANGE_UNKNOWN], 0);
	assert_string_equal(change__name(&t.changes.v[0]), "wake");
	end(&t);
}

TEST(phases_of_other_probe_sets_are_not_compared_and_other_sources_are_said)
{
	struct two t;

	begin(&t);
	for (size_t i = 0; i < t.runs[1].cell_count; i++) {
		struct cell *c = &t.runs[1].cells[i];

		/* Only the samples with all probes have it now. */
		if (!strcmp(cell__probe_set(c), "phases"))
			series__free(&c->phases[PHASE_exit_mm]);
		free(c->phase_origin[PHASE_wake].source);
		c->phase_origin[PHASE_wake].source = strdup("kprobe:wake_up_new_task");
	}
	compare(&t);
	assert_int_equal(count_of(&t.changes, "exit_mm"), 0);
	for (size_t i = 0; i < t.changes.n; i++)
		assert_int_equal(t.changes.v[i].other_source,
				 !strcmp(change__name(&t.changes.v[i]), "wake"));
	end(&t);
}
