// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "bench/methods/methods.h"
#include "bench/tests/unit.h"

TEST(every_method_has_the_name_that_the_list_gives_it)
{
#define X(identifier, method_name, kind)                                                           \
	assert_string_equal(method_##identifier.name, method_name);                                \
	assert_ptr_equal(method_find(method_name), &method_##identifier);
	METHODS(X)
#undef X
	assert_null(method_find("all"));
	assert_null(method_find("standard"));
}

TEST(a_method_execs_if_its_kind_says_so)
{
#define X(identifier, method_name, kind)                                                           \
	assert_int_equal(method_##identifier.execs,                                                \
			 METHOD_##kind == METHOD_PROGRAM || METHOD_##kind == METHOD_SHELL);
	METHODS(X)
#undef X
}

TEST(every_method_can_be_listed_and_spawns)
{
	for (size_t i = 0; i < method_count; i++) {
		assert_true(strlen(method_table[i]->brief) > 0);
		assert_null(strchr(method_table[i]->brief, '\n'));
		assert_non_null(method_table[i]->spawn);
		assert_true(!method_table[i]->early || method_table[i]->alters_parent);
	}
}

#define PAGE   4096
#define PLACES 1000 /* no power of two */

/* How many of the places, `step` bytes apart, were written, and in how many bytes in all. */
static void write_pages(size_t step, bool random, size_t bytes, size_t *places, size_t *written)
{
	static unsigned char memory[PLACES * PAGE];
	static struct slate slate;
	const struct stage stage = {
		.slate = &slate,
		.memory = memory,
		.parent_write_bytes = bytes,
		.write_step = step,
		.write_random = random,
		.write_passes = 1,
	};

	memset(memory, 0, sizeof(memory));
	stage__parent_write(&stage);
	*places = *written = 0;
	for (size_t i = 0; i < sizeof(memory); i++) {
		*written += memory[i];
		*places += memory[i] && i % step == 0 && i < bytes;
	}
}

TEST(each_place_is_written_once_whatever_the_order)
{
	size_t places, written;

	for (int random = 0; random < 2; random++) {
		for (size_t n = 1; n <= PLACES; n += n < 10 ? 1 : 110) {
			write_pages(PAGE, random, n * PAGE, &places, &written);
			assert_int_equal(places, n);
			assert_int_equal(written, n);
		}
	}
	/* A part of a step at the end is a place, too. */
	write_pages(100 * PAGE, false, 201 * PAGE, &places, &written);
	assert_int_equal(places, 3);
	assert_int_equal(written, 3);
}
