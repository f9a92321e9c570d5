// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/axes/pages.h"
#include "bench/shared/fault.h"
#include "bench/suite/suite.h"
#include "bench/tests/unit.h"

#define MIB (INT64_C(1) << 20)

/* The cells of a valid suite. */
static struct cells parse(const char *text, const struct suite_grid *override)
{
	struct cells cells = {0};
	struct fault why = {""};

	if (suite_parse(text, "t.ini", override, &cells, &why) != 0)
		fail_msg("%s", why.text);
	return cells;
}

/* Fails unless the suite is refused with a line that starts with `beginning`. */
static void assert_refused(const char *text, const char *beginning)
{
	struct cells cells = {0};
	struct fault why = {""};

	assert_int_equal(suite_parse(text, "t.ini", NULL, &cells, &why), -EINVAL);
	if (strncmp(why.text, beginning, strlen(beginning)))
		fail_msg("wanted: %s\ngot:    %s", beginning, why.text);
	assert_null(strchr(why.text, '\n'));
	cells__free(&cells);
}

TEST(test_all_combinations_are_cells)
{
	struct cells cells = parse("; a comment\n"
				   "[grid]\n"
				   "method = fork, vfork\n"
				   "size   = 1M, 64M, 1G\n"
				   "pages  = 4k, thp\n"
				   "runs   = 20\n",
				   NULL);

	assert_int_equal(cells.n, 12);
	assert_string_equal(cells.v[0].method->name, "fork");
	assert_string_equal(cells.v[1].method->name, "vfork");
	assert_int_equal(cells.v[0].shape.axis[AXIS_size], MIB);
	assert_int_equal(cells.v[2].shape.axis[AXIS_size], 64 * MIB);
	assert_int_equal(cells.v[11].shape.axis[AXIS_size], 1024 * MIB);
	assert_int_equal(cells.v[0].shape.axis[AXIS_pages], PAGES_4K);
	assert_int_equal(cells.v[11].shape.axis[AXIS_pages], PAGES_THP);
	assert_int_equal(cells.v[0].shape.axis[AXIS_vmas], AXIS_ABSENT);
	assert_int_equal(cells.v[0].runs, 20);
	cells__free(&cells);
}

TEST(test_axes_are_keys)
{
	struct cells cells = parse("[grid]\nmethod=fork\nsize=1M\nvmas=10\nfds=0,20\nthreads=3\n"
				   "child_write=4K\nparent_write=1M\n",
				   NULL);

	assert_int_equal(cells.n, 2);
	assert_int_equal(cells.v[1].shape.axis[AXIS_vmas], 10);
	assert_int_equal(cells.v[0].shape.axis[AXIS_fds], 0);
	assert_int_equal(cells.v[1].shape.axis[AXIS_fds], 20);
	assert_int_equal(cells.v[1].shape.axis[AXIS_threads], 3);
	assert_int_equal(cells.v[1].shape.axis[AXIS_child_write], 4096);
	assert_int_equal(cells.v[1].shape.axis[AXIS_parent_write], MIB);
	assert_int_equal(cells.v[1].runs, GRID_RUNS_DEFAULT);
	cells__free(&cells);
}

TEST(test_same_cells_are_merged)
{
	struct cells cells = parse("[a]\nmethod=fork, fork\nsize=1M\nruns=10\n"
				   "[b]\nmethod=fork\nsize=1024K, 2M\nruns=30\n"
				   "[c]\nmethod=fork\nsize=2M\nruns=5\n",
				   NULL);

	assert_int_equal(cells.n, 2);
	assert_int_equal(cells.v[0].runs, 30);
	assert_int_equal(cells.v[1].runs, 30);
	cells__free(&cells);
}

TEST(test_layout_does_not_matter)
{
	/* A byte order mark, indented lines, DOS line ends, a list in two lines, no last newline.
	 */
	struct cells cells = parse("\xef\xbb\xbf[grid]\r\n"
				   "\tmethod = fork ; the classic\r\n"
				   "    method=vfork,\tclone3\r\n"
				   "\r\n"
				   "# sizes\n"
				   "  size : 1M",
				   NULL);

	assert_int_equal(cells.n, 3);
	cells__free(&cells);
}

TEST(test_options_override_axes)
{
	struct suite_grid override = {0};
	struct cells cells;
	struct fault why;

	assert_int_equal(suite_grid__add(&override, "size", "8M,4M", &why), 0);
	assert_int_equal(suite_grid__add(&override, "runs", "7", &why), 0);
	cells = parse("[a]\nmethod=fork,vfork\nsize=1M\n[b]\nmethod=fork\nruns=9\n", &override);
	assert_int_equal(cells.n, 4);
	assert_int_equal(cells.v[0].shape.axis[AXIS_size], 8 * MIB);
	assert_int_equal(cells.v[3].shape.axis[AXIS_size], 4 * MIB);
	assert_int_equal(cells.v[3].runs, 7);
	cells__free(&cells);
	suite_grid__free(&override);
}

TEST(test_faults_name_their_line)
{
	assert_refused("[grid]\nmethod = fork\nsise = 1M\n",
		       "t.ini:3: unknown key 'sise'; known: method, runs, size, pages, mapping");
	assert_refused(
		"[grid]\n\nmethod = fork, frok\nsize = 1M\n",
		"t.ini:3: unknown method 'frok'; known: fork, vfork, clone-vm-vfork, clone3");
	assert_refused("[grid]\nmethod = fork\nsize = 12Q\n", "t.ini:3: bad size '12Q'");
	assert_refused("[grid]\nmethod = fork\nsize = -1M\n", "t.ini:3: bad size '-1M'");
	assert_refused("[grid]\nmethod = fork\nsize = 1000\n",
		       "t.ini:3: bad size '1000'; it must be a multiple");
	assert_refused("[grid]\nmethod = fork\nsize =\n", "t.ini:3: the list of size is empty");
	assert_refused("[grid]\nmethod = fork,,vfork\n",
		       "t.ini:2: empty item in the list of method");
	assert_refused("[grid]\nmethod = fork\nsize = 1M\npages = 9k\n",
		       "t.ini:4: unknown pages '9k'; known: 4k, thp, hugetlb, 8k");
	assert_refused("[grid]\nruns = 0\n", "t.ini:2: bad runs '0'; must be from 1 to 1000000");
	assert_refused("[grid]\nruns = 1000001\n", "t.ini:2: bad runs '1000001'");
	assert_refused("[grid]\nruns = 3\nruns = 4\n", "t.ini:3: runs is given twice");
	assert_refused("[grid]\nvmas = many\n", "t.ini:2: bad number 'many'");
	assert_refused("[grid]\nvmas = 1000001\n", "t.ini:2: bad number '1000001'");
}

TEST(test_faults_of_structure)
{
	assert_refused("", "t.ini:1: no section");
	assert_refused("; only\n; comments\n", "t.ini:2: no section");
	assert_refused("method = fork\n", "t.ini:1: 'method' is not in a section");
	assert_refused("[grid\nmethod = fork\n", "t.ini:1: neither [section] nor key = value");
	assert_refused("[grid]\nmethod\n", "t.ini:2: neither [section] nor key = value");
	/* What a section lacks is reported at its first line. */
	assert_refused("[a]\nmethod=fork\nsize=1M\n[b]\nsize=1M\n[c]\n",
		       "t.ini:4: no method is named");
	assert_refused("[grid]\nmethod=fork\n", "t.ini:1: no size is named");
	assert_refused("[grid]\n", "t.ini:1: no method is named");
	/* Of several faults, the first is reported. */
	assert_refused("[grid]\nmethod = frok\nsize\n", "t.ini:2: unknown method");
	assert_refused("[grid]\nsize\nmethod = frok\n", "t.ini:2: neither");
}

TEST(test_limits)
{
	char text[8192] = "[grid]\nmethod=fork\n";
	char line[512] = "size=";

	for (int i = 1; i <= 200; i++)
		sprintf(text + strlen(text), "vmas=%d\nfds=%d\n", i, i);
	strcat(text, "size=1M\n");
	assert_refused(text, "t.ini:1: more than 10000 combinations");

	strcpy(text, "[a]\nmethod=fork\n");
	for (int i = 1; i <= 100; i++)
		sprintf(text + strlen(text), "vmas=%d\nsize=%dM\n", i, i);
	strcat(text, "[b]\nmethod=fork\nsize=1M\n");
	strcat(text, "[c]\n");
	assert_refused(text, "t.ini:203: more than 10000 cells");

	for (int i = 0; i < 100; i++)
		strcat(line, "1M, ");
	snprintf(text, sizeof(text), "[grid]\nmethod=fork\n%s1M\n", line);
	assert_refused(text, "t.ini:3: the line is longer than");
}

TEST(test_builtin_suites)
{
	struct fault why = {""};

	for (size_t i = 0; i < builtin_suite_count; i++) {
		struct cells cells = {0};

		if (suite_load(builtin_suites[i].name, NULL, &cells, &why) != 0)
			fail_msg("%s", why.text);
		assert_true(cells.n >= 4);
		cells__free(&cells);
	}
}

TEST(test_load_faults)
{
	struct cells cells = {0};
	struct fault why = {""};

	assert_int_equal(suite_load("/nonexistent/x", NULL, &cells, &why), -ENOENT);
	assert_string_equal(why.text, "--suite /nonexistent/x: No such file or directory");
	assert_int_equal(suite_load("quik", NULL, &cells, &why), -ENOENT);
	assert_string_equal(why.text,
			    "unknown suite 'quik'; known: quick, standard, program, overhead, f1, "
			    "f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, or a "
			    "file's path");
	assert_int_equal(suite_load("/dev/zero", NULL, &cells, &why), -EFBIG);
	assert_int_equal(suite_load("/proc/self/cmdline", NULL, &cells, &why), -EINVAL);
	assert_string_equal(why.text, "/proc/self/cmdline: not a text file");
	assert_int_equal(suite_load("/", NULL, &cells, &why), -EISDIR);
	assert_int_equal(cells.n, 0);
}
