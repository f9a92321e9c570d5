// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Runs the tests of a program: what TEST() put into the section unit_tests. */
#include "bench/tests/unit.h"

#include <stdlib.h>

/* The linker gives the section these two names. NOLINTNEXTLINE(bugprone-reserved-identifier) */
extern const struct unit *__start_unit_tests[], *__stop_unit_tests[];

static int by_line(const void *a, const void *b)
{
	return (*(const struct unit *const *)a)->line - (*(const struct unit *const *)b)->line;
}

int unit_run(void)
{
	size_t count = __stop_unit_tests - __start_unit_tests;
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	qsort(__start_unit_tests, count, sizeof(*__start_unit_tests), by_line);
	for (size_t i = 0; i < count; i++)
		tests[i] = __start_unit_tests[i]->test;
	failed = _cmocka_run_group_tests("tests", tests, count, unit_setup, unit_teardown);
	free(tests);
	return failed;
}

__attribute__((weak)) int main(void)
{
	return unit_run();
}
