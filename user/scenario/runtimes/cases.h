/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The runtimes, and what each is asked to do. A new one is a row of the table.
 *
 * A script finds SCENARIO_MIB, SCENARIO_CALLS and SCENARIO_TRUE (the program to start) in its
 * environment. It fills a heap, prints "heap", waits for a line, and then prints a line for each
 * call: "STALL TOTAL" in ns, or "- TOTAL" if the call itself waits for the program. One that has no
 * clock prints "begin" and waits for a line before each call, and prints "end" after it.
 */
#pragma once

#include <stddef.h>

#define CASE_WORDS_MAX 8

struct runtime_case {
	const char *runtime;
	const char *setting; /* "default"; no blanks */
	/*
	 * Its arguments. "SCRIPT" is the script, "FILE" the path of a file that holds it; "@" in a
	 * word is the heap in MiB and some more. None: the script is compiled (compile.h).
	 */
	const char *words[CASE_WORDS_MAX];
	const char *script;
	const char *mode; /* SCENARIO_MODE; NULL: "" */
};

extern const struct runtime_case runtime_cases[];
extern const size_t runtime_case_count;
