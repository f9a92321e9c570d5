/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "user/text/grid.h"

/* The plain one under other names, beside the one that is linked. */
void plain__free(struct grid *g);
#define grid__new   plain__new
#define grid__row   plain__row
#define grid__print plain__print
#define grid__free  plain__free
#include "user/text/grid_plain.c"
#undef grid__new
#undef grid__row
#undef grid__print
#undef grid__free

struct drawing {
	struct grid *(*new)(const struct grid_column *, size_t);
	int (*row)(struct grid *, const char *const *);
	int (*print)(struct grid *, FILE *);
	void (*free)(struct grid *);
};

static const struct drawing usual = {grid__new, grid__row, grid__print, grid__free};
static const struct drawing plain = {plain__new, plain__row, plain__print, plain__free};

static const struct grid_column columns[] = {
	{"PARENT", false}, {"METHOD", false}, {"N", true}, {"NOTHING", true}, {"LAST", false},
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Draws `rows` rows of COLUMNS cells. */
static char *drawn(const struct drawing *d, const char *const *cells, size_t rows)
{
	struct grid *g = d->new (columns, COLUMNS);
	char *out = NULL;
	size_t i, size;
	FILE *f = open_memstream(&out, &size);

	assert_non_null(g);
	for (i = 0; i < rows; i++)
		assert_int_equal(d->row(g, cells + i * COLUMNS), 0);
	assert_int_equal(d->print(g, f), 0);
	fclose(f);
	d->free(g);
	return out;
}

static void assert_drawn(const char *const *cells, size_t rows, const char *expected)
{
	char *a = drawn(&usual, cells, rows), *b = drawn(&plain, cells, rows);

	assert_string_equal(a, expected);
	assert_string_equal(b, expected);
	free(a);
	free(b);
}

static void both_draw_the_same(void **state)
{
	static const char *const cells[] = {
		"64M", "posix_spawn", "200", NULL, "\\x1b", /**/
		"",    "fork",	      "1",   NULL, NULL,
	};

	(void)state;
	assert_drawn(cells, 2,
		     "PARENT  METHOD         N  NOTHING  LAST\n"
		     "64M     posix_spawn  200           \\x1b\n"
		     "        fork           1\n");
}

static void nothing_is_cut(void **state)
{
	static const char *const cells[] = {
		"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890",
		"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890",
		"12345678901234567890",
		"-",
		"end",
	};

	(void)state;
	char *a = drawn(&usual, cells, 1), *b = drawn(&plain, cells, 1);

	assert_non_null(strstr(a, cells[0]));
	assert_non_null(strstr(a, cells[2]));
	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void alignment_heeds_what_is_shown(void **state)
{
	static const char *const cells[] = {
		"1M", "f\xc3\xb6rk", "1", "\xe6\xbc\xa2",
		"x", /**/
		"2M", "vfork",	     "2", "-",
		"y",
	};

	(void)state;
	assert_drawn(cells, 2,
		     "PARENT  METHOD  N  NOTHING  LAST\n"
		     "1M      f\xc3\xb6rk    1       \xe6\xbc\xa2  x\n"
		     "2M      vfork   2        -  y\n");
}

static void no_rows_no_table(void **state)
{
	(void)state;
	assert_drawn(NULL, 0, "");
	grid__free(NULL);
	plain__free(NULL);
}

static void a_full_disk_is_told(void **state)
{
	static const char *const cells[COLUMNS] = {"1M", "fork", "1", "-", "x"};
	const struct drawing *const both[] = {&usual, &plain};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct grid *g = both[i]->new (columns, COLUMNS);
		FILE *full = fopen("/dev/full", "w");

		setvbuf(full, NULL, _IONBF, 0);
		assert_int_equal(both[i]->row(g, cells), 0);
		assert_true(both[i]->print(g, full) < 0);
		fclose(full);
		both[i]->free(g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_draw_the_same),
		cmocka_unit_test(nothing_is_cut),
		cmocka_unit_test(alignment_heeds_what_is_shown),
		cmocka_unit_test(no_rows_no_table),
		cmocka_unit_test(a_full_disk_is_told),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
