// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bench/tests/unit.h"
#include "user/table/anatomy/tree_diff.h"
#include "user/tests/trees.h"
#include "user/text/utf8.h"

static const char old[] = "=call\n c kernel kernel_clone 1 100\n"
			  "  c kernel copy_process 1 1000\n   c kernel dup_mm 1 500\n"
			  "    c kernel mm_init 1 70\n   c kernel small 1 9\n"
			  "=program\n c ld-linux-x86-64.so.2 _dl_relocate_object 2 200\n"
			  "  e kernel asm_exc_page_fault 3 300\n"
			  " c server main 1 100\n  s kernel __x64_sys_mmap 1 30\n";
static const char new[] = "=call\n c kernel kernel_clone 1 100\n"
			  "  c kernel copy_process 1 1400\n   c kernel mm_init 1 80\n"
			  "   c kernel small 1 10\n"
			  "=program\n c ld-linux-x86-64.so.2 _dl_relocate_object 2 1999200\n"
			  "  e kernel asm_exc_page_fault 391 300900\n"
			  " c server main 1 100\n  s kernel __x64_sys_mmap 2001 630\n"
			  "  c a_library_with_quite_a_long_name_indeed.so.1.2.3 "
			  "a_function_of_cplusplus_with_a_name_of_sixty_characters 1 50000\n";

static char *print(bool all)
{
	static const char *const names[2] = {"./old", NULL};
	struct call_tree a = trees_of(old), b = trees_of(new);
	struct tree_diff d;
	struct start_diff starts;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(tree_diff__make(&d, &a, &b), 0);
	assert_int_equal(start_diff__make(&starts, &a, &b), 0);
	assert_int_equal(table_tree_diff(&d, &starts, names, all, out, false), 0);
	assert_int_equal(table_start(&starts.b, out, false), 0);
	fclose(out);
	start_diff__free(&starts);
	tree_diff__free(&d);
	trees_free(&a);
	trees_free(&b);
	return text;
}

TEST(the_answer_comes_first_and_both_sides_stand_in_each_row)
{
	char *text = print(true);

	assert_ptr_equal(strstr(text, "cell: 2,309 -> 2,352,420 instructions a birth"), text);
	assert_non_null(strstr(text, "_dl_relocate_object"));
	assert_non_null(strstr(text, "1,999,200"));
	assert_non_null(strstr(text, "inlined in copy_process?"));
	assert_non_null(strstr(text, "copy_process > mm_init"));
	free(text);
}

TEST(small_changes_are_left_out_and_counted)
{
	char *text = print(false);

	assert_null(strstr(text, "small"));
	assert_non_null(strstr(text, "that changed less; --all shows them"));
	free(text);
}

TEST(no_line_is_wider_than_the_terminal)
{
	char *text = print(true), *rest = text, *line;

	(void)strsep(&rest, "\n"); /* the answer, which only a terminal wraps */
	assert_non_null(rest);
	while ((line = strsep(&rest, "\n")))
		assert_true(utf8_width(line) <= 80);
	free(text);
}
