// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The lines and the tree of births that are made up. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/profile/lines.h"
#include "user/profile/tree.h"
#include "user/tests/harmless.h"
#include "user/tests/sample_birth.h"
#include "user/text/layout.h"
#include "user/text/utf8.h"

static char text[1 << 20];

TEST(live_lines_fit_and_are_harmless)
{
	struct birth b = sample_exec_birth(4194304, 4194303, 5000000000),
		     failed = sample_birth(1, 0, 5000000000);
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct lines l = {
		.out = out, .clock = "monotonic", .width = 80, .phases = true, .cow = true};

	strcpy(b.comm, "\033]0;x\007\nlongname");
	failed.life.result = -EAGAIN;
	lines__print(&l, &b);
	lines__print(&l, &failed);
	fclose(out);
	assert_non_null(strstr(text, "/usr/bin/prog"));
	assert_non_null(strstr(text, "EAGAIN"));
	assert_non_null(strstr(text, "copy_mm 6.00 µs"));
	assert_non_null(strstr(text, "     7  ")); /* COW faults of both */
	assert_harmless(text);
}

/* Where no call has a time, the column is left out, and its reason stands above. */
TEST(a_time_that_no_call_has_is_no_column)
{
	static const char reason[] = "tracepoint:sys_exit would slow down " SAMPLE_HOSTILE;
	struct birth b = sample_exec_birth(10, 11, 5000000000);
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct lines l = {.out = out, .clock = "monotonic", .width = 80, .no_call = reason};

	b.life.edge[EDGE_clone_return] = 0;
	lines__print(&l, &b);
	lines__print(&l, &b);
	fclose(out);
	assert_ptr_equal(strstr(text, "No column CALL: tracepoint:sys_exit would slow"), text);
	assert_null(strstr(text + 20, "CALL"));
	assert_non_null(strstr(text, " METHOD  COMMAND\n"));
	assert_non_null(strstr(text, "     11 fork    /usr/bin/prog "));
	assert_harmless(text);
}

/* Below some width a birth takes two lines; with all columns, and with as few as there can be. */
TEST(live_lines_fit_a_narrow_terminal)
{
	static const size_t widths[] = {40, 60, 70, 80, 120};

	for (size_t i = 0; i < 2 * sizeof(widths) / sizeof(widths[0]); i++) {
		size_t width = widths[i / 2];
		struct birth b = sample_exec_birth(4194304, 4194303, 5000000000);
		FILE *out = fmemopen(text, sizeof(text), "w");
		struct lines l = {.out = out,
				  .clock = "monotonic",
				  .width = width,
				  .phases = i % 2,
				  .cow = i % 2,
				  .no_call = i % 2 ? NULL : "no probe"};

		layout_set_width(width);
		strcpy(b.comm, "a-long-name");
		lines__print(&l, &b);
		fclose(out);
		/* The pids of parent and child stand whole, and some of the command. */
		assert_non_null(strstr(text, "a-long..:4194304 4194303"));
		assert_non_null(strstr(text, "  /usr/bin/"));
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			assert_true(utf8_width(line) <= width);
	}
	layout_set_width(0);
}

/* As long as the line, and no longer; a chain of processes, each the parent of the next. */
TEST(the_tree_is_as_wide_as_the_terminal)
{
	static const size_t widths[] = {40, 80, 120, 200};
	static char args[301] = "prog";

	memset(args + 5, 'x', 295);
	for (size_t w = 0; w < sizeof(widths) / sizeof(widths[0]); w++) {
		FILE *out = fmemopen(text, sizeof(text), "w");
		struct birth b = sample_exec_birth(10, 11, 1000);
		struct tree t = {0};
		size_t widest = 0, rows = 0;

		layout_set_width(widths[w]);
		b.args = args;
		b.args_bytes = b.args_total = sizeof(args);
		strcpy(b.comm, "\033\033\033\033\033\033\033\033\033\033\033\033");
		for (uint32_t pid = 10; pid < 110; pid++) {
			b.life.parent_tgid = pid;
			b.child_tgid = pid + 1;
			b.life.edge[EDGE_clone_enter] = pid;
			assert_int_equal(tree__add(&t, &b), 0);
		}
		tree__print(&t, "monotonic", out);
		fclose(out);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
			size_t width = utf8_width(line);

			widest = width > widest ? width : widest;
			rows += strstr(line, " fork ") != NULL;
		}
		assert_int_equal(widest, widths[w]);
		assert_int_equal(rows, 100);
		tree__free(&t);
	}
	layout_set_width(0);
}

TEST(the_tree_has_each_process_below_its_parent)
{
	struct birth a = sample_exec_birth(10, 20, 1000), b = sample_birth(20, 30, 2000),
		     again = sample_birth(10, 20, 3000), c = sample_birth(20, 40, 4000),
		     thread = sample_birth(10, 50, 5000);
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct tree t = {0};

	thread.life.method = CLONE_METHOD_THREAD;
	/* In the order in which they end. */
	assert_int_equal(tree__add(&t, &c), 0);
	assert_int_equal(tree__add(&t, &b), 0);
	assert_int_equal(tree__add(&t, &a), 0);
	assert_int_equal(tree__add(&t, &again), 0);
	assert_int_equal(tree__add(&t, &thread), 0);
	tree__print(&t, "monotonic", out);
	fclose(out);
	assert_string_equal(text,
			    "\n10 parent\n"
			    "|- 20 fork 9.00 µs  /usr/bin/prog 'two words' 'a\\x1b[31mb\\x0ac\"\\"
			    "\\xff\\xe2\\x80\\x..\n"
			    "|  `- 30 fork 9.00 µs  (no exec)\n"
			    "`- 20 fork 9.00 µs  (no exec)\n"
			    "   `- 40 fork 9.00 µs  (no exec)\n");
	tree__free(&t);
}

TEST(the_tree_is_bounded)
{
	FILE *out = fmemopen(text, sizeof(text), "w");
	struct tree t = {0};

	for (uint32_t i = 0; i < TREE_MAX + 5; i++) {
		struct birth b = sample_birth(i + 1, i + 2, 1000 * (i + 1));

		assert_int_equal(tree__add(&t, &b), 0);
	}
	tree__print(&t, "monotonic", out);
	fclose(out);
	assert_non_null(strstr(text, "and 5 more processes\n"));
	tree__free(&t);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
