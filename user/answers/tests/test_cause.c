// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tests/unit.h"
#include "user/answers/cause.h"
#include "user/tests/trees.h"

static void set_key(struct call_tree *t, const char *method, int64_t bytes)
{
	assert_int_equal(fact_add(&t->key, &t->key_count, "method", method, 0), 0);
	assert_int_equal(fact_add(&t->key, &t->key_count, "rss_bytes", NULL, bytes), 0);
}

/* Compares and frees the trees. */
static void assert_answer(struct call_tree a, struct call_tree b, const char *expected)
{
	struct tree_diff d;
	struct start_diff starts;
	struct strbuf s = {0};

	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(start_diff__make(&starts, &a, &b), 0);
	cause__answer(&s, &d, &starts);
	assert_string_equal(strbuf__text(&s), expected);
	strbuf__free(&s);
	start_diff__free(&starts);
	tree_diff__free(&d);
	free(a.key);
	free(b.key);
	trees_free(&a);
	trees_free(&b);
}

static void assert_start(const char *a, const char *b, const char *expected)
{
	struct call_tree of_a = trees_of(a), of_b = trees_of(b);

	set_key(&of_a, "posix_spawn", 1 << 20);
	set_key(&of_b, "posix_spawn", 1 << 20);
	assert_answer(of_a, of_b, expected);
}

TEST(a_fork_that_copies_is_explained_by_the_page)
{
	struct call_tree a = trees_of("=call\n s kernel __x64_sys_clone 1 1000\n"
				      "  c kernel copy_page_range 1 655360\n"
				      "   c kernel vm_normal_page 16384 196608\n"
				      "    c kernel _compound_head 16384 163840\n"
				      "   c kernel pte_write 16384 16384\n");
	struct call_tree b = trees_of("=call\n s kernel __x64_sys_clone 1 1010\n"
				      "  c kernel copy_page_range 1 1081344\n"
				      "   c kernel vm_normal_page 16384 409600\n"
				      "   c kernel pte_write 16384 196608\n");

	set_key(&a, "fork", 64 << 20);
	set_key(&b, "fork", 64 << 20);
	a.kernel = (char *)"6.1";
	b.kernel = (char *)"6.12";
	assert_answer(
		a, b,
		"fork at 64M: 1,033,192 -> 1,688,562 instructions a birth, +63.4 %: a page, "
		"copy_page_range +26 instructions, vm_normal_page +13, pte_write +11; against "
		"it _compound_head -10 (only in A)");
}

TEST(what_does_not_copy_is_explained_by_the_birth)
{
	struct call_tree a = trees_of("=call\n s kernel __x64_sys_vfork 1 1000\n"
				      "  c kernel dup_task_struct 1 500\n");
	struct call_tree b = trees_of("=call\n s kernel __x64_sys_vfork 1 900\n"
				      "  c kernel dup_task_struct 1 490\n");

	set_key(&a, "vfork", 64 << 20);
	set_key(&b, "vfork", 64 << 20);
	assert_answer(a, b,
		      "vfork at 64M: 1,500 -> 1,390 instructions a birth, -7.3 %: a birth, "
		      "__x64_sys_vfork -100 instructions, dup_task_struct -10");
}

TEST(a_renamed_function_is_called_a_guess)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n  c kernel alpha 1 100\n");
	struct call_tree b = trees_of("=call\n c kernel top 1 1\n  c kernel omega 1 110\n");

	set_key(&a, "fork", 1 << 20);
	set_key(&b, "fork", 1 << 20);
	assert_answer(a, b,
		      "fork at 1M: 101 -> 111 instructions a birth, +9.9 %: a birth, omega +10 "
		      "instructions (a guess: it was alpha)");
}

TEST(equal_trees_are_said_to_be_equal)
{
	assert_start("=program\n c p main 1 9\n", "=program\n c p main 1 9\n",
		     "posix_spawn at 1M: 9 -> 9 instructions a birth, 0 %: each function executes "
		     "as many");
}

TEST(libraries_that_came_in_are_counted_and_named)
{
	assert_start(
		"=program\n"
		" c ld-linux-x86-64.so.2 _dl_map_object_from_fd 1 100\n"
		" c ld-linux-x86-64.so.2 _dl_relocate_object 2 200\n"
		" c server main 1 10\n",
		"=program\n"
		" c ld-linux-x86-64.so.2 _dl_map_object_from_fd 4 400\n"
		"  s kernel __x64_sys_mmap 9 90\n"
		" c ld-linux-x86-64.so.2 _dl_relocate_object 5 500\n"
		"  c ld-linux-x86-64.so.2 _dl_lookup_symbol_x 7 1700\n"
		" c ld-linux-x86-64.so.2 call_init 1 0\n"
		"  c liba.so.1 _init 1 3\n"
		"  c libb.so _init 1 3\n"
		"  c libc2.so _init 1 3\n"
		" c server main 1 10\n",
		"posix_spawn at 1M: 310 -> 2,709 instructions a birth, +773.9 %: 3 more "
		"libraries (liba.so.1, libb.so and 1 more): +2,390 instructions of the loader: "
		"symbol lookup +1,700, mapping of libraries +390, relocation +300");
}

TEST(relocations_are_named_with_their_faults)
{
	assert_start("=program\n c ld-linux-x86-64.so.2 _dl_relocate_object 2 200\n"
		     "  e kernel asm_exc_page_fault 3 300\n",
		     "=program\n c ld-linux-x86-64.so.2 _dl_relocate_object 2 2200\n"
		     "  e kernel asm_exc_page_fault 8 800\n",
		     "posix_spawn at 1M: 500 -> 3,000 instructions a birth, +500.0 %: relocation: "
		     "+2,500 instructions, +500 of them for 5 more page faults");
}

TEST(calls_of_main_are_counted)
{
	assert_start("=program\n c old main 1 10\n  s kernel __x64_sys_mmap 1 30\n",
		     "=program\n c new main 1 20\n  s kernel __x64_sys_mmap 2001 60030\n",
		     "posix_spawn at 1M: 40 -> 60,050 instructions a birth, 1,501 times as many: "
		     "2,000 more calls of mmap by main: +60,000 instructions");
}

TEST(a_slow_constructor_is_named_with_its_library_and_function)
{
	assert_start(
		"=program\n c ld-linux-x86-64.so.2 call_init 1 5\n  c libc.so.6 init 1 5\n",
		"=program\n c ld-linux-x86-64.so.2 call_init 2 9\n  c libc.so.6 init 1 5\n"
		"  c libslow.so.1 warm_up 1 9000\n",
		"posix_spawn at 1M: 10 -> 9,014 instructions a birth, 901 times as many: the "
		"constructors of libslow.so.1 (not in A): +9,000 instructions, most in warm_up");
}

TEST(names_of_functions_cannot_reach_the_terminal)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n");
	struct call_tree b = trees_of("=call\n c kernel top 1 1\n  c kernel x\033[2J 1 100\n");

	set_key(&a, "fork", 1 << 20);
	set_key(&b, "fork", 1 << 20);
	assert_answer(a, b,
		      "fork at 1M: 1 -> 101 instructions a birth, 101 times as many: a birth, "
		      "x\\x1b[2J +100 instructions (only in B)");
}

TEST(what_was_split_off_counts_with_the_function_that_it_was_in)
{
	struct call_tree a = trees_of("=call\n c kernel top 1 1\n  c kernel whole 1 400\n"
				      "   c kernel leaf 10 100\n");
	struct call_tree b = trees_of("=call\n c kernel top 1 1\n  c kernel whole 1 50\n"
				      "   c kernel part 1 380\n    c kernel leaf 10 110\n");

	set_key(&a, "fork", 1 << 20);
	set_key(&b, "fork", 1 << 20);
	assert_answer(a, b,
		      "fork at 1M: 501 -> 541 instructions a birth, +8.0 %: a birth, whole +30 "
		      "instructions (a guess: with part), leaf +10");
}
