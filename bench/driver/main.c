// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* spawnscope-bench: what it costs to start a process, untraced. See --help. */
#include <stdio.h>
#include <string.h>

#include "bench/driver/driver.h"
#include "bench/driver/launch.h"
#include "bench/driver/options.h"
#include "bench/methods/methods.h"
#include "bench/parent/subject.h"
#include "bench/suite/suite.h"

#define EXIT_FAULT 2

static int complain(const char *why)
{
	char escaped[4 * WHY_MAX];

	fprintf(stderr, "spawnscope-bench: %s\n", text_escape(why, escaped, sizeof(escaped)));
	return EXIT_FAULT;
}

static int list(void)
{
	char why[WHY_MAX];

	puts("methods:");
	for (size_t i = 0; i < method_count; i++) {
		const struct method *method = method_table[i];

		printf("  %-15s %s", method->name, method->brief);
		if (method->supported && method->supported(why, sizeof(why)) != 0)
			printf(" (not supported: %s)", why);
		putchar('\n');
	}
	puts("suites:");
	for (size_t i = 0; i < builtin_suite_count; i++)
		printf("  %-15s %s\n", builtin_suites[i].name, builtin_suites[i].brief);
	return fflush(stdout) == 0 ? 0 : complain("standard output cannot be written");
}

static int drive(const struct options *options)
{
	struct driver driver;
	char why[WHY_MAX];
	int err;

	launch_catch_signals();
	err = driver__open(&driver, options, stdout, why, sizeof(why));
	if (!err)
		err = driver__announce(&driver, why, sizeof(why));
	if (!err && options->serve)
		err = driver__serve(&driver, stdin, why, sizeof(why));
	else if (!err)
		err = driver__run_all(&driver, why, sizeof(why));
	driver__close(&driver);
	return !err ? 0 : complain(why);
}

int main(int argc, char **argv)
{
	struct options options;
	char why[WHY_MAX];
	int err, code = 0;

	if (argc == 2 && !strcmp(argv[1], SUBJECT_OPTION))
		return subject_main();
	err = options__parse(&options, argc, argv, why, sizeof(why));
	if (err)
		code = complain(why);
	else if (options.help)
		options_help();
	else if (options.list)
		code = list();
	else
		code = drive(&options);
	options__free(&options);
	return code;
}
