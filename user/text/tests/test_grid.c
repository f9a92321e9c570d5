// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tests/unit.h"
#include "user/text/grid.h"

static const struct grid_column columns[] = {
	{"PARENT", false}, {"METHOD", false}, {"N", true}, {"NOTHING", true}, {"LAST", false},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Draws `rows` rows of COLUMNS cells. */
static char *drawn(const char *const *cells, size_t rows)
{
	struct grid *g = grid__new(columns, COLUMNS);
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	assert_non_null(g);
	for (size_t i = 0; i < rows; i++)
		assert_int_equal(grid__row(g, cells + i * COLUMNS), 0);
	assert_int_equal(grid__print(g, f), 0);
	fclose(f);
	grid__free(g);
	return out;
}

static void assert_drawn(const char *const *cells, size_t rows, const char *expected)
{
	char *text = drawn(cells, rows);

	assert_string_equal(text, expected);
	free(text);
}

TEST(cells_are_aligned)
{
	static const char *const cells[] = {
		"64M", "posix_spawn", "200", NULL, "\\x1b", /**/
		"",    "fork",	      "1",   NULL, NULL,
	};

	assert_drawn(cells, 2,
		     "PARENT  METHOD         N  NOTHING  LAST\n"
		     "64M     posix_spawn  200           \\x1b\n"
		     "        fork           1\n");
}

TEST(nothing_is_cut)
{
	static const char *const cells[] = {
		"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890",
		"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890",
		"12345678901234567890",
		"-",
		"end",
	};

	char *text = drawn(cells, 1);

	assert_non_null(strstr(text, cells[0]));
	assert_non_null(strstr(text, cells[2]));
	free(text);
}

TEST(alignment_heeds_what_is_shown)
{
	static const char *const cells[] = {
		"1M", "f\xc3\xb6rk", "1", "\xe6\xbc\xa2",
		"x", /**/
		"2M", "vfork",	     "2", "-",
		"y",
	};

	assert_drawn(cells, 2,
		     "PARENT  METHOD  N  NOTHING  LAST\n"
		     "1M      f\xc3\xb6rk    1       \xe6\xbc\xa2  x\n"
		     "2M      vfork   2        -  y\n");
}

TEST(no_rows_no_table)
{
	assert_drawn(NULL, 0, "");
	grid__free(NULL);
}

TEST(a_full_disk_is_an_error)
{
	static const char *const cells[COLUMNS] = {"1M", "fork", "1", "-", "x"};
	struct grid *g = grid__new(columns, COLUMNS);
	FILE *full = fopen("/dev/full", "w");

	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(grid__row(g, cells), 0);
	assert_true(grid__print(g, full) < 0);
	fclose(full);
	grid__free(g);
}

int unit_setup(void **state)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return 0;
}
