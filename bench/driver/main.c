// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* spawnscope-bench: measures what it costs to start a process, untraced. See --help. */
#include <stdio.h>
#include <string.h>

#include "bench/axes/axis.h"
#include "bench/driver/driver.h"
#include "bench/driver/launch.h"
#include "bench/driver/options.h"
#include "bench/methods/methods.h"
#include "bench/methods/own_cgroup.h"
#include "bench/parent/subject.h"
#include "bench/shared/fault.h"
#include "bench/shared/text.h"
#include "bench/suite/suite.h"

#define EXIT_FAULT 2

static int fail(const char *why)
{
	char escaped[4 * FAULT_MAX];

	fprintf(stderr, "spawnscope-bench: %s\n", text_escape(why, escaped, sizeof(escaped)));
	return EXIT_FAULT;
}

static int list(void)
{
	struct fault why;

	puts("methods:");
	for (size_t i = 0; i < method_count; i++) {
		const struct method *method = method_table[i];

		printf("  %-18s %s", method->name, method->brief);
		if (method->supported && method->supported(&why) != 0)
			printf(" (not supported: %s)", why.text);
		putchar('\n');
	}
	puts("suites:");
	for (size_t i = 0; i < builtin_suite_count; i++)
		printf("  %-18s %s\n", builtin_suites[i].name, builtin_suites[i].brief);
	puts("axes:");
	for (size_t axis = 0; axis < AXIS_COUNT; axis++)
		printf("  %-18s %s\n", axis_table[axis].option, axis_table[axis].brief);
	return fflush(stdout) == 0 ? 0 : fail("standard output cannot be written");
}

static int drive(const struct bench_driver_options *options)
{
	struct bench_driver driver;
	struct fault why;
	int err;

	launch_catch_signals();
	err = bench_driver__open(&driver, options, stdout, &why);
	if (!err)
		err = bench_driver__announce(&driver, &why);
	if (!err && options->serve)
		err = bench_driver__serve(&driver, stdin, &why);
	else if (!err)
		err = bench_driver__run_all(&driver, &why);
	bench_driver__close(&driver);
	/* If what was to remove them was killed. */
	own_cgroup_tidy();
	return !err ? 0 : fail(why.text);
}

int main(int argc, char **argv)
{
	struct bench_driver_options options;
	struct fault why;
	int err, code = 0;

	if (argc == 2 && !strcmp(argv[1], SUBJECT_OPTION))
		return subject_main();
	err = bench_driver_options__parse(&options, argc, argv, &why);
	if (err)
		code = fail(why.text);
	else if (options.help)
		bench_driver_options__help();
	else if (options.list)
		code = list();
	else
		code = drive(&options);
	bench_driver_options__free(&options);
	return code;
}
