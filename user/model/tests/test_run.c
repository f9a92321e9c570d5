// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

#include "bench/tests/unit.h"
#include "user/model/run.h"
#include "user/tests/sample_birth.h"
#include "user/tests/sample_run.h"

TEST(series_grow)
{
	struct series s = {0};

	assert_false(series__any(&s));
	for (int64_t i = 0; i < 1000; i++)
		assert_int_equal(series__push(&s, i * i), 0);
	assert_int_equal(s.n, 1000);
	for (int64_t i = 0; i < 1000; i++)
		assert_int_equal(s.v[i], i * i);
	assert_true(series__any(&s));
	series__free(&s);
	assert_null(s.v);
	assert_int_equal(s.n, 0);
	series__free(&s);
	series__free(NULL);
}

TEST(missing_is_not_any)
{
	struct series s = {0};

	assert_int_equal(series__push(&s, MISSING), 0);
	assert_false(series__any(&s));
	assert_int_equal(series__push(&s, 0), 0);
	assert_true(series__any(&s));
	series__free(&s);
}

TEST(freeing_takes_anything)
{
	struct run empty = {0}, full;

	run__free(NULL);
	cell__free(NULL);
	run__free(&empty);
	sample_run(&full, 3);
	run__free(&full);
	assert_null(full.cells);
	run__free(&full);
}

TEST(births_without_a_record_are_what_the_driver_started_and_nobody_recorded)
{
	struct run r = {.end = {.births = 0, .started = 30}};

	assert_int_equal(run__births_unseen(&r), 30);
	r.end.births = 20;
	r.end.lost = 4;
	assert_int_equal(run__births_unseen(&r), 6);
	r.end.births = 30;
	assert_int_equal(run__births_unseen(&r), 0);
	r.end.births = MISSING;
	assert_int_equal(run__births_unseen(&r), 0);
	r.end = (typeof(r.end)){.started = MISSING, .births = 3};
	assert_int_equal(run__births_unseen(&r), 0);
	r.end = (typeof(r.end)){.started = MISSING, .births_unseen = 7, .duration_ns = 1};
	assert_int_equal(run__births_unseen(&r), 7);
}

TEST(cells_are_kept_as_they_grow)
{
	struct run r = {0};

	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(cell__add_key_number(run__add_cell(&r), "n", i), 0);
	assert_int_equal(r.cell_count, 100);
	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(cell__key_number(&r.cells[i], "n"), i);
	run__free(&r);
}

TEST(keys_distinguish_text_from_numbers)
{
	struct cell c = {0};

	cell__add_key_text(&c, "method", "fork");
	cell__add_key_number(&c, "rss_bytes", 4096);
	assert_string_equal(cell__method(&c), "fork");
	assert_int_equal(cell__key_number(&c, "method"), MISSING);
	assert_int_equal(cell__parent_bytes(&c), 4096);
	assert_null(cell__key_text(&c, "rss_bytes"));
	assert_null(cell__pages(&c));
	assert_int_equal(cell__key_number(&c, "pages"), MISSING);
	cell__free(&c);
}

TEST(same_key_heeds_values_not_order)
{
	struct cell a = {0}, b = {0}, c = {0}, none = {0};

	cell__add_key_text(&a, "method", "fork");
	cell__add_key_number(&a, "vmas", 7);
	cell__add_key_number(&b, "vmas", 7);
	cell__add_key_text(&b, "method", "fork");
	cell__add_key_text(&c, "method", "vfork");
	cell__add_key_number(&c, "vmas", 7);
	cell__add_key_text(&c, "trace", "none");
	assert_true(cell__same_key(&a, &b, NULL));
	assert_false(cell__same_key(&a, &none, NULL));
	assert_false(cell__same_key(&a, &c, NULL));
	assert_false(cell__same_key(&a, &c, "method")); /* c has an axis more */
	assert_true(cell__same_key(&a, &b, "trace"));	/* which neither has */
	cell__add_key_text(&a, "trace", "cow");
	assert_false(cell__same_key(&a, &c, "method"));
	assert_false(cell__same_key(&a, &b, NULL));
	assert_true(cell__same_key(&a, &b, "trace"));
	cell__free(&a);
	cell__free(&b);
	cell__free(&c);
}

TEST(a_number_is_no_text)
{
	struct cell a = {0}, b = {0};

	cell__add_key_number(&a, "pages", 4);
	cell__add_key_text(&b, "pages", "4");
	assert_false(cell__same_key(&a, &b, NULL));
	assert_false(cell__same_key(&b, &a, NULL));
	cell__free(&a);
	cell__free(&b);
}

/* Each cell finds all that differ from it in the axis alone, in their order, and no others. */
static void check_index(const struct run *r, const char *axis)
{
	struct cell_index x;

	assert_int_equal(run__index(r, axis, &x), 0);
	for (size_t i = 0; i < r->cell_count; i++) {
		size_t found = cell_index__first(&x, &r->cells[i]);

		for (size_t k = 0; k < r->cell_count; k++) {
			if (!cell__same_key(&r->cells[k], &r->cells[i], axis))
				continue;
			assert_int_equal(found, k);
			found = cell_index__next(&x, found);
		}
		assert_int_equal(found, CELL_NONE);
	}
	cell_index__free(&x);
}

TEST(cells_are_found_by_their_keys)
{
	static const char *const axes[] = {NULL, "trace", "vmas", "n", "method"};
	struct cell other = {0};
	struct cell_index x;
	struct run r = {0};

	assert_int_equal(run__index(&r, NULL, &x), 0);
	assert_int_equal(cell_index__first(&x, &other), CELL_NONE);
	cell_index__free(&x);
	/* Keys that no number of chains keeps apart, in any order of their axes. */
	for (int i = 0; i < 600; i++) {
		struct cell *c = run__add_cell(&r);

		if (i % 2)
			cell__add_key_number(c, "n", i / 8);
		cell__add_key_text(c, "method", i % 3 ? "fork" : "vfork");
		if (!(i % 2))
			cell__add_key_number(c, "n", i / 8);
		if (i % 5)
			cell__add_key_text(c, "trace", i % 7 ? "none" : "all");
	}
	for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++)
		check_index(&r, axes[i]);
	assert_int_equal(run__index(&r, "trace", &x), 0);
	cell__add_key_text(&other, "method", "clone");
	assert_int_equal(cell_index__first(&x, &other), CELL_NONE);
	cell__free(&other);
	cell_index__free(&x);
	run__free(&r);
}

TEST(facts_are_found)
{
	struct run r = {0};

	assert_int_equal(run__add_env_text(&r, "libc", "glibc 2.36"), 0);
	assert_int_equal(run__add_env_number(&r, "cpu_count", 2), 0);
	assert_int_equal(run__add_env_text(&r, "governor", NULL), 0);
	assert_string_equal(run__env(&r, "libc")->text, "glibc 2.36");
	assert_int_equal(run__env(&r, "cpu_count")->number, 2);
	assert_null(run__env(&r, "governor")->text);
	assert_int_equal(run__env(&r, "governor")->number, MISSING);
	assert_null(run__env(&r, "aslr"));
	run__free(&r);
}

TEST(names_go_both_ways)
{
	for (int i = 0; i < PHASE_COUNT; i++)
		assert_int_equal(phase_by_name(phase_name(i)), i);
	for (int i = 0; i < COUNT_COUNT; i++)
		assert_int_equal(count_by_name(count_name(i)), i);
	for (int i = 0; i < SAMPLE_COUNT; i++)
		assert_int_equal(sample_by_name(sample_name(i)), i);
	assert_string_equal(phase_name(PHASE_copy_mm), "copy_mm");
	assert_string_equal(count_name(COUNT_ptes_copied), "ptes_copied");
	assert_string_equal(sample_name(SAMPLE_spawn_ns), "spawn_ns");
	assert_int_equal(phase_by_name("none"), -1);
	assert_int_equal(count_by_name(""), -1);
	assert_int_equal(sample_by_name("spawn_n"), -1);
}

TEST(a_command_is_shown_as_it_is_typed)
{
	struct birth b = sample_exec_birth(1, 2, 5000);
	char command[512];

	birth_command(&b, command, sizeof(command));
	assert_string_equal(command, "/usr/bin/prog 'two words' 'a\\x1b[31mb\\x0ac\"\\\\xff"
				     "\\xe2\\x80\\xae' ..");
	b.args = "/bin/sh\0/usr/bin/prog\0x";
	b.args_bytes = b.args_total = sizeof("/bin/sh\0/usr/bin/prog\0x");
	birth_command(&b, command, sizeof(command));
	assert_string_equal(command, "/bin/sh /usr/bin/prog x");
	birth_command(&b, command, 8);
	assert_true(strlen(command) < 8);
	b.path = NULL;
	birth_command(&b, command, sizeof(command));
	assert_string_equal(command, "");
}
