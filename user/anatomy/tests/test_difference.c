// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <jansson.h>

#include "bench/tests/unit.h"
#include "user/anatomy/difference.h"
#include "user/tests/trees.h"

static json_t *compare(const char *of_a, const char *of_b)
{
	struct difference_options o = {.names = {"./old", "./new"}, .json = true};
	struct call_tree a = trees_of(of_a), b = trees_of(of_b);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *j;

	assert_non_null(out);
	assert_int_equal(difference_print(&a, &b, &o, out), 0);
	fclose(out);
	j = json_loads(text, 0, NULL);
	assert_non_null(j);
	free(text);
	trees_free(&a);
	trees_free(&b);
	return j;
}

static json_int_t at(const json_t *j, const char *side, const char *figure)
{
	return json_integer_value(json_object_get(json_object_get(j, side), figure));
}

static const char *text_of(const json_t *j, const char *name)
{
	return json_string_value(json_object_get(j, name));
}

TEST(one_object_has_the_answer_and_both_sides_figures)
{
	json_t *j = compare("=call\n c kernel top 1 5\n  c kernel alpha 1 100\n=program\n"
			    " c old main 1 7\n",
			    "=call\n c kernel top 1 5\n  c kernel omega 1 150\n=program\n"
			    " c new main 1 8\n");
	const json_t *functions = json_object_get(j, "functions");
	const json_t *first = json_array_get(functions, 0), *path;

	assert_string_equal(text_of(j, "type"), "anatomy_difference");
	assert_string_equal(text_of(j, "cause"),
			    "a birth, omega +50 instructions (a guess: it was alpha)");
	assert_int_equal(at(j, "a", "instructions"), 112);
	assert_int_equal(at(j, "b", "instructions"), 163);
	assert_string_equal(text_of(json_object_get(j, "b"), "name"), "./new");
	assert_int_equal(json_array_size(functions), 3);
	assert_string_equal(text_of(first, "name"), "omega");
	assert_string_equal(text_of(first, "guess"), "renamed");
	assert_string_equal(text_of(first, "other"), "alpha");
	assert_int_equal(at(first, "a", "own"), 100);
	assert_int_equal(at(first, "b", "own"), 150);
	path = json_array_get(json_object_get(j, "paths"), 0);
	assert_string_equal(text_of(path, "kind"), "root");
	assert_true(json_is_null(json_object_get(path, "parent")));
	assert_int_equal(json_array_size(json_object_get(j, "paths")), 5);
	assert_non_null(json_object_get(j, "start"));
	json_decref(j);
}

TEST(a_function_of_one_side_has_null_on_the_other)
{
	json_t *j = compare("=call\n c kernel top 1 5\n", "=call\n c kernel top 1 5\n"
							  "  c kernel fresh 1 9\n");
	const json_t *first = json_array_get(json_object_get(j, "functions"), 0);

	assert_true(json_is_null(json_object_get(first, "a")));
	assert_int_equal(at(first, "b", "own"), 9);
	assert_null(json_object_get(j, "start"));
	json_decref(j);
}
