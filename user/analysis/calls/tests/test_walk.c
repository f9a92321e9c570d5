// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tests/unit.h"
#include "user/analysis/calls/by_function.h"
#include "user/analysis/calls/walk.h"
#include "user/tests/trees.h"

static const char fork[] = "=call\n"
			   " c bench main 1 10\n"
			   "  s kernel clone 1 20\n"
			   "   c kernel copy 3 300\n"
			   "    c kernel copy 2 30\n"
			   "  c libc copy 1 5\n"
			   "=interrupts\n"
			   " i kernel copy 9 999\n"
			   "=exit\n"
			   " c kernel clone 1 4\n";

/* As a result file may have them: parents before their children, and no more than that. */
static struct call_tree by_depth(void)
{
	struct call_tree t = trees_of("=call\n"
				      " c k a 1 1\n"
				      "  c k b 1 2\n"
				      " c k c 1 3\n"
				      "=exit\n");
	struct call_node b = t.nodes[2];

	t.nodes[2] = t.nodes[3];
	t.nodes[3] = t.nodes[4];
	t.nodes[4] = b;
	return t;
}

TEST(a_walk_sees_all_below_a_node_before_its_sibling)
{
	static const size_t order[] = {0, 1, 4, 2, 3}, depth[] = {0, 1, 1, 0, 2};
	struct call_tree t = by_depth();
	struct call_walk w;

	assert_int_equal(call_walk__init(&w, &t), 0);
	assert_int_equal(w.n, 5);
	assert_int_equal(w.deepest, 2);
	assert_memory_equal(w.order, order, sizeof(order));
	assert_memory_equal(w.depth, depth, sizeof(depth));
	call_walk__free(&w);
	trees_free(&t);
}

TEST(values_are_added_up_to_the_roots)
{
	struct call_tree t = by_depth();
	int64_t values[] = {0, 1, 3, 7, 2}, sums[] = {6, 3, 3, 7, 2};

	call_walk_add_up(&t, values);
	assert_memory_equal(values, sums, sizeof(sums));
	trees_free(&t);
}

TEST(a_tree_without_nodes_has_no_walk_and_no_functions)
{
	struct call_tree t = {0};
	struct call_functions f;
	struct call_walk w;

	assert_int_equal(call_walk__init(&w, &t), 0);
	assert_int_equal(w.n, 0);
	assert_int_equal(call_functions__init(&f, &t), 0);
	assert_int_equal(f.n, 0);
	call_functions__free(&f);
	call_walk__free(&w);
}

TEST(a_function_is_one_over_its_paths_and_modules_keep_two_apart)
{
	struct call_tree t = trees_of(fork);
	struct call_functions f;

	assert_int_equal(call_functions__init(&f, &t), 0);
	assert_int_equal(f.n, 4);
	assert_string_equal(f.v[0].name, "copy");
	assert_string_equal(f.v[0].module, "kernel");
	/* Interrupts are no part of a birth; the inner call is in the outer one's total. */
	assert_int_equal(f.v[0].own, 330);
	assert_int_equal(f.v[0].total, 330);
	assert_int_equal(f.v[0].calls, 5);
	assert_string_equal(f.v[1].name, "clone");
	assert_int_equal(f.v[1].own, 24);
	assert_int_equal(f.v[1].total, 354);
	assert_string_equal(f.v[3].module, "libc");
	/* Each node knows its function; a root has none. */
	assert_int_equal(f.of[0], CALL_NO_FUNCTION);
	assert_int_equal(f.of[3], 0);
	assert_int_equal(f.of[4], 0);
	assert_int_equal(f.of[7], 0);
	assert_int_equal(f.of[5], 3);
	call_functions__free(&f);
	trees_free(&t);
}
