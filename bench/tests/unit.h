/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Unit tests: cmocka, with the headers that it needs before it. A test stands in one place,
 *
 *	TEST(a_sentence_of_what_holds)
 *	{
 *		...
 *	}
 *
 * and unit.c runs all tests of the program.
 */
#pragma once

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

struct unit {
	int line; /* tests run in the order of the file; compilers emit them in another */
	struct CMUnitTest test;
};

#define TEST(name) TEST_BETWEEN(name, NULL, NULL)

/* With a function to run before it, and one to run after it; either may be NULL. */
#define TEST_BETWEEN(name, before, after)                                                          \
	static void name(void **state);                                                            \
	static const struct unit unit_##name = {__LINE__, {#name, name, before, after, NULL}};     \
	static const struct unit *entry_##name __attribute__((used, section("unit_tests"))) =      \
		&unit_##name;                                                                      \
	static void name(__attribute__((unused)) void **state)

/* Ends the test as skipped; bench/tests/run takes the reason from the line before. */
#define SKIP(reason)                                                                               \
	do {                                                                                       \
		print_message("%s\n", reason);                                                     \
		skip();                                                                            \
	} while (0)

/* A program may define these, to run before its first test and after its last. 0, or -1. */
int unit_setup(void **state) __attribute__((weak));
int unit_teardown(void **state) __attribute__((weak));

/* Runs the tests; the number of those that failed. For a program with a main() of its own. */
int unit_run(void);
