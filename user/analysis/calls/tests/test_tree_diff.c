// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tests/unit.h"
#include "user/analysis/calls/tree_diff.h"
#include "user/tests/trees.h"

static const struct call_change *function_of(const struct tree_diff *d, const char *name)
{
	for (size_t i = 0; i < d->function_count; i++) {
		if (!strcmp(d->functions[i].name, name))
			return &d->functions[i];
	}
	fail_msg("no function '%s'", name);
	return NULL;
}

/* The path that ends with these two names. */
static const struct path_change *path_of(const struct tree_diff *d, const char *caller,
					 const char *name)
{
	for (size_t i = 0; i < d->path_count; i++) {
		const struct path_change *p = &d->paths[i];

		if (p->parent != CALL_NO_PARENT && !strcmp(p->change.name, name) &&
		    !strcmp(d->paths[p->parent].change.name, caller))
			return p;
	}
	fail_msg("no path '%s' below '%s'", name, caller);
	return NULL;
}

static void assert_figures(const struct call_figures *f, int64_t calls, int64_t own, int64_t total)
{
	assert_int_equal(f->calls, calls);
	assert_int_equal(f->own, own);
	assert_int_equal(f->total, total);
}

TEST(functions_are_added_over_their_paths_and_sorted_by_change)
{
	struct call_tree a = trees_of("=call\n"
				      " s kernel kernel_clone 1 100\n"
				      "  c kernel copy_page_range 1 400\n"
				      "   c kernel pte_write 10 50\n"
				      "  c kernel wake_up 1 30\n"
				      "   c kernel pte_write 2 10\n"
				      "=exit\n"
				      " c kernel unmap 1 7\n");
	struct call_tree b = trees_of("=call\n"
				      " s kernel kernel_clone 1 90\n"
				      "  c kernel copy_page_range 1 500\n"
				      "   c kernel pte_write 20 100\n"
				      "  c kernel wake_up 1 30\n"
				      "   c kernel pte_write 1 5\n"
				      "=exit\n"
				      " c kernel unmap 1 7\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(d.a, 597);
	assert_int_equal(d.b, 732);
	assert_int_equal(d.parts[PART_CALL][0], 590);
	assert_int_equal(d.parts[PART_EXIT][1], 7);
	assert_int_equal(d.function_count, 5);
	assert_string_equal(d.functions[0].name, "copy_page_range");
	assert_figures(&d.functions[0].a, 1, 400, 450);
	assert_figures(&d.functions[0].b, 1, 500, 600);
	assert_string_equal(d.functions[1].name, "pte_write");
	assert_figures(&d.functions[1].a, 12, 60, 60);
	assert_figures(&d.functions[1].b, 21, 105, 105);
	assert_string_equal(d.functions[2].name, "kernel_clone");
	assert_int_equal(call_change__more(&d.functions[2]), -10);
	/* By path, pte_write's two changes stay apart. */
	assert_int_equal(d.path_count, 8);
	assert_string_equal(d.paths[d.by_change[0]].change.name, "copy_page_range");
	assert_figures(&path_of(&d, "copy_page_range", "pte_write")->change.b, 20, 100, 100);
	assert_figures(&path_of(&d, "wake_up", "pte_write")->change.a, 2, 10, 10);
	for (size_t i = 0; i < d.path_count; i++)
		assert_int_equal(d.paths[i].change.guess, GUESS_NONE);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(a_function_that_calls_itself_is_in_its_total_once)
{
	struct call_tree a = trees_of("=program\n"
				      " c prog main 1 1\n"
				      "  c prog walk 1 10\n"
				      "   c prog walk 1 10\n"
				      "    c prog walk 1 10\n"
				      "     c prog leaf 1 5\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &a), 0);
	assert_figures(&function_of(&d, "walk")->a, 3, 30, 35);
	assert_figures(&function_of(&d, "walk")->b, 3, 30, 35);
	tree_diff__free(&d);
	trees_free(&a);
}

TEST(interrupts_and_others_are_no_part_of_a_birth)
{
	struct call_tree a = trees_of("=call\n c kernel f 1 10\n=interrupts\n i kernel tick 1 5\n"
				      "=others\n c kernel f 1 3\n");
	struct call_tree b =
		trees_of("=call\n c kernel f 1 10\n=interrupts\n i kernel tick 9 99\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(d.a, 10);
	assert_int_equal(d.b, 10);
	assert_int_equal(d.function_count, 1);
	assert_figures(&function_of(&d, "f")->a, 1, 10, 10);
	assert_int_equal(d.parts[PART_INTERRUPTS][1], 99);
	assert_figures(&path_of(&d, "interrupts", "tick")->change.b, 9, 99, 99);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(an_inlined_function_is_a_guess_and_its_callees_are_compared_below_its_caller)
{
	struct call_tree a = trees_of("=call\n"
				      " c kernel copy_mm 1 100\n"
				      "  c kernel dup_mm 1 40\n"
				      "   c kernel mm_init 1 20\n"
				      "   c kernel dup_mmap 1 300\n");
	struct call_tree b = trees_of("=call\n"
				      " c kernel copy_mm 1 135\n"
				      "  c kernel mm_init 1 21\n"
				      "  c kernel dup_mmap 1 310\n");
	struct tree_diff d;
	const struct path_change *p;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	p = path_of(&d, "copy_mm", "dup_mmap");
	assert_figures(&p->change.a, 1, 300, 300);
	assert_figures(&p->change.b, 1, 310, 310);
	p = path_of(&d, "copy_mm", "dup_mm");
	assert_int_equal(p->change.guess, GUESS_INLINED);
	assert_string_equal(p->change.other, "copy_mm");
	assert_false(p->change.in_b);
	assert_int_equal(function_of(&d, "dup_mm")->guess, GUESS_INLINED);
	assert_string_equal(function_of(&d, "dup_mm")->other, "copy_mm");
	tree_diff__free(&d);
	/* The other way round it was split off. */
	assert_int_equal(tree_diff__make(&d, &b, &a), 0);
	assert_int_equal(function_of(&d, "dup_mm")->guess, GUESS_SPLIT);
	assert_figures(&path_of(&d, "copy_mm", "dup_mmap")->change.b, 1, 300, 300);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(two_functions_inlined_into_each_other_are_both_lifted)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n  c kernel one 1 2\n"
				      "   c kernel two 1 3\n    c kernel leaf 1 4\n"
				      "   c kernel leaf2 1 5\n");
	struct call_tree b = trees_of("=call\n c kernel top 1 6\n  c kernel leaf 1 4\n"
				      "  c kernel leaf2 1 5\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_figures(&path_of(&d, "top", "leaf2")->change.a, 1, 5, 5);
	assert_figures(&path_of(&d, "top", "leaf2")->change.b, 1, 5, 5);
	assert_int_equal(function_of(&d, "one")->guess, GUESS_INLINED);
	assert_figures(&path_of(&d, "top", "leaf")->change.a, 1, 4, 4);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(a_renamed_function_is_a_guess_by_its_callees_or_its_name_or_its_place)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n"
				      "  c kernel check_preempt_curr 1 50\n"
				      "   c kernel resched 1 5\n"
				      "  c kernel set_task_comm 1 9\n"
				      "  c kernel gone 1 70\n");
	struct call_tree b = trees_of("=call\n c kernel top 1 1\n"
				      "  c kernel wakeup_preempt 1 60\n"
				      "   c kernel resched 1 5\n"
				      "  c kernel __set_task_comm_locked 1 8\n"
				      "  c kernel fresh 1 7000\n");
	struct tree_diff d;
	const struct call_change *c;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	c = function_of(&d, "wakeup_preempt");
	assert_int_equal(c->guess, GUESS_RENAMED);
	assert_string_equal(c->other, "check_preempt_curr");
	assert_figures(&c->a, 1, 50, 55);
	assert_figures(&c->b, 1, 60, 65);
	assert_true(c->in_a && c->in_b);
	c = function_of(&d, "__set_task_comm_locked");
	assert_int_equal(c->guess, GUESS_RENAMED);
	assert_int_equal(call_change__more(c), -1);
	/* Nothing speaks for these. */
	assert_int_equal(function_of(&d, "gone")->guess, GUESS_NONE);
	assert_false(function_of(&d, "gone")->in_b);
	assert_int_equal(function_of(&d, "fresh")->guess, GUESS_NONE);
	/* What is below a renamed function is compared. */
	assert_int_equal(call_change__more(&path_of(&d, "wakeup_preempt", "resched")->change), 0);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(what_stands_alone_in_one_place_and_is_about_as_long_was_renamed)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n  c kernel alpha 1 100\n");
	struct call_tree b = trees_of("=call\n c kernel top 1 1\n  c kernel omega 1 110\n");
	struct call_tree c = trees_of("=call\n c kernel top 1 1\n  c kernel omega 1 1100\n");
	struct call_tree e = trees_of("=call\n c kernel top 1 1\n  c libc.so.6 omega 1 110\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(function_of(&d, "omega")->guess, GUESS_RENAMED);
	tree_diff__free(&d);
	assert_int_equal(tree_diff__make(&d, &a, &c), 0);
	assert_int_equal(function_of(&d, "omega")->guess, GUESS_NONE);
	tree_diff__free(&d);
	assert_int_equal(tree_diff__make(&d, &a, &e), 0);
	assert_int_equal(function_of(&d, "omega")->guess, GUESS_NONE);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
	trees_free(&c);
	trees_free(&e);
}

TEST(system_calls_and_functions_without_names_are_never_renamed)
{
	struct call_tree a = trees_of("=program\n c prog main 1 1\n  s kernel __x64_sys_read 1 10\n"
				      "  c prog 0x401000 1 9\n");
	struct call_tree b = trees_of("=program\n c prog main 1 1\n"
				      "  s kernel __x64_sys_readlink 1 10\n"
				      "  c prog 0x402000 1 12\n");
	struct tree_diff d;
	const struct call_change *c;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(function_of(&d, "__x64_sys_readlink")->guess, GUESS_NONE);
	assert_false(function_of(&d, "__x64_sys_read")->in_b);
	c = function_of(&d, "unresolved");
	assert_figures(&c->a, 1, 9, 9);
	assert_figures(&c->b, 1, 12, 12);
	assert_int_equal(c->guess, GUESS_NONE);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(the_program_and_versions_of_a_library_are_the_same_module)
{
	struct call_tree a =
		trees_of("=program\n c old main 1 1\n  c libz.so.1.2.13 inflate 1 10\n");
	struct call_tree b = trees_of("=program\n c new main 1 2\n  c libz.so.1.3 inflate 1 12\n"
				      "  c libzstd.so.1 inflate 1 3\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(d.function_count, 3);
	assert_string_equal(function_of(&d, "main")->module, "new");
	assert_int_equal(call_change__more(function_of(&d, "main")), 1);
	assert_string_equal(d.functions[0].module, "libzstd.so.1");
	assert_string_equal(d.functions[1].module, "libz.so.1.3");
	assert_int_equal(call_change__more(&d.functions[1]), 2);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}

TEST(one_side_may_be_empty)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n  c kernel f 1 5\n"), none = {0};
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &none), 0);
	assert_int_equal(d.a, 6);
	assert_int_equal(d.b, 0);
	assert_int_equal(call_change__more(function_of(&d, "f")), -5);
	tree_diff__free(&d);
	trees_free(&a);
}

TEST(a_function_is_split_also_if_its_callee_was_renamed)
{
	struct call_tree a = trees_of("=call\n c kernel copy_page_range 1 400\n"
				      "  c kernel vm_normal_page 10 100\n");
	struct call_tree b = trees_of("=call\n c kernel copy_page_range 1 50\n"
				      "  c kernel copy_present_ptes 3 380\n"
				      "   c kernel __vm_normal_page 10 110\n");
	struct tree_diff d;

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(function_of(&d, "copy_present_ptes")->guess, GUESS_SPLIT);
	assert_string_equal(function_of(&d, "copy_present_ptes")->other, "copy_page_range");
	assert_int_equal(function_of(&d, "__vm_normal_page")->guess, GUESS_RENAMED);
	assert_int_equal(call_change__more(function_of(&d, "__vm_normal_page")), 10);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
}
