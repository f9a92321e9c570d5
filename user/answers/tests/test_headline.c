// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "bench/tests/unit.h"
#include "user/answers/headline.h"
#include "user/tests/sample_run.h"

static struct headline h;

/* A cell of one sample: the call's time; when the program runs, 0: never; copy_mm, exec_flush. */
static void add(struct run *r, const char *method, int64_t mib, int64_t call, int64_t started,
		int64_t copy, int64_t flush)
{
	struct cell *c = sample_cell(r, method, mib << 20, "phases", 0);

	c->n = 1;
	series__push(&c->samples[SAMPLE_spawn_ns], call);
	if (started)
		series__push(&c->samples[SAMPLE_exec_ns], started);
	if (copy)
		series__push(&c->phases[PHASE_copy_mm], copy);
	if (flush)
		series__push(&c->phases[PHASE_exec_flush], flush);
}

static bool headline(struct run *r)
{
	struct axes axes;
	struct rows rows;
	bool found;

	r->clock = strdup("monotonic");
	axes__find(&axes, r);
	assert_int_equal(rows__init(&rows, r, rows_probe_set(r), &axes), 0);
	found = headline__of(&h, &rows);
	rows__free(&rows);
	run__free(r);
	return found;
}

TEST(the_slowest_start_is_compared_with_posix_spawn)
{
	struct run r = {.ended = true};

	add(&r, "fork-exec", 1, 30000, 100000, 25000, 20000);
	add(&r, "posix_spawn", 1, 40000, 60000, 0, 0);
	add(&r, "fork-exec", 64, 700000, 2000000, 600000, 1300000);
	add(&r, "vfork-exec", 64, 20000, 40000, 0, 0);
	add(&r, "posix_spawn", 64, 40000, 80000, 0, 0);
	add(&r, "system", 64, 9000000, 8000000, 0, 0);
	assert_true(headline(&r));
	assert_string_equal(
		h.sentence,
		"Starting a program from a parent of 64 MiB takes 2.00 ms with fork-exec and "
		"80.0 \xc2\xb5s with posix_spawn: 25 times as long. 65 % of fork-exec is "
		"exec_flush (dropping the old image), 30 % copy_mm (the address-space copy, "
		"whole). Use posix_spawn.");
	assert_int_equal(h.n, 3);
	assert_string_equal(h.figures[0].label, "fork-exec, until the program runs");
	assert_string_equal(h.figures[0].figure, "2.00 ms");
	assert_string_equal(h.figures[1].figure, "80.0 \xc2\xb5s");
	assert_string_equal(h.figures[2].label, "fork-exec, in times of posix_spawn");
	assert_string_equal(h.figures[2].figure, "25");
}

TEST(a_small_difference_is_no_advice)
{
	struct run r = {.ended = true};

	add(&r, "fork-exec", 1, 30000, 80000, 0, 0);
	add(&r, "posix_spawn", 1, 40000, 70000, 0, 0);
	assert_true(headline(&r));
	assert_null(strstr(h.sentence, "Use "));
}

/* The slowest may be posix_spawn itself. */
TEST(without_a_slower_one_the_fastest_is_the_other)
{
	struct run r = {.ended = true};

	add(&r, "posix_spawn", 1, 40000, 70000, 0, 0);
	add(&r, "vfork-exec", 1, 20000, 35000, 0, 0);
	assert_true(headline(&r));
	assert_non_null(strstr(h.sentence,
			       "takes 70.0 \xc2\xb5s with posix_spawn and 35.0 \xc2\xb5s "
			       "with vfork-exec: 2.00 times as long."));
	assert_null(strstr(h.sentence, "Use "));
}

TEST(without_exec_it_is_about_the_call)
{
	struct run r = {.ended = true};

	add(&r, "fork", 1, 50000, 0, 40000, 0);
	add(&r, "vfork", 1, 10000, 0, 0, 0);
	add(&r, "thread", 1, 5000, 0, 0, 0);
	add(&r, "posix_spawn", 1, 40000, 70000, 0, 0);
	assert_true(headline(&r));
	assert_string_equal(
		h.sentence,
		"Making a child from a parent of 1 MiB takes 50.0 \xc2\xb5s with fork and "
		"10.0 \xc2\xb5s with vfork: 5.00 times as long. 80 % of fork is copy_mm (the "
		"address-space copy, whole).");
	assert_string_equal(h.figures[1].label, "vfork, call to return");
}

TEST(one_method_alone_has_no_headline)
{
	struct run r = {.ended = true};

	add(&r, "fork", 1, 50000, 0, 0, 0);
	add(&r, "thread", 1, 5000, 0, 0, 0);
	assert_false(headline(&r));
}
