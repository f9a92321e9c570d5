// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tests/unit.h"
#include "user/table/anatomy/tree.h"
#include "user/tests/trees.h"
#include "user/text/layout.h"

/* All of it, for free(). */
static char *print(struct call_tree *t, bool all)
{
	const struct anatomy_table o = {.all = all};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	t->kernel = (char *)"6.1";
	assert_int_equal(table_anatomy(t, NULL, &o, out), 0);
	fclose(out);
	return text;
}

static struct call_tree small_tree(void)
{
	return trees_of("=call\n c kernel one 1 100\n  c kernel below_one 1 90\n"
			" c kernel two 1 50\n");
}

static void swap(struct call_tree *t, size_t i, size_t k)
{
	struct call_node one;

	if (!t->nodes)
		return;
	one = t->nodes[i];
	t->nodes[i] = t->nodes[k];
	t->nodes[k] = one;
}

/* A file has each node behind its parent, but perhaps others between them. */
TEST(what_a_function_calls_stands_below_it_whatever_the_order_of_the_file)
{
	struct call_tree t = small_tree();
	const char *one, *under, *two;
	char *text;

	swap(&t, 2, 3);
	text = print(&t, true);
	one = strstr(text, "   one");
	under = strstr(text, "    below_one");
	two = strstr(text, "   two");
	assert_true(one && under && two && one < under && under < two);
	free(text);
	trees_free(&t);
}

/* The most that a file may have, in terminals that have a few columns less, or more, than that. */
TEST(numbers_that_leave_no_room_do_no_harm_to_names)
{
	for (size_t width = LAYOUT_WIDTH_LEAST; width < 90; width++) {
		struct call_tree t = small_tree();
		char *text;

		for (size_t i = 0; i < t.node_count; i++)
			t.nodes[i].calls = t.nodes[i].total = INT64_C(1) << 41;
		layout_set_width(width);
		text = print(&t, true);
		assert_non_null(strstr(text, "one"));
		assert_non_null(strstr(text, "call: the p"));
		free(text);
		trees_free(&t);
	}
	layout_set_width(0);
}

TEST(what_is_folded_is_said_only_where_something_is)
{
	struct call_tree t = small_tree();
	char *text = print(&t, false);

	assert_null(strstr(text, "Folded"));
	free(text);
	trees_free(&t);
	t = trees_of("=call\n c kernel one 1 1000\n c kernel two 1 1\n");
	text = print(&t, false);
	assert_non_null(strstr(text, "Folded"));
	assert_null(strstr(text, "two"));
	free(text);
	text = print(&t, true);
	assert_null(strstr(text, "Folded"));
	free(text);
	trees_free(&t);
}
