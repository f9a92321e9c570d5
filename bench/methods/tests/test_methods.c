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
