/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The command line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "bench/shared/loader.h"
#include "bench/suite/grid.h"

/* For the `cpu` of options: the last CPU that this process may run on. */
#define CPU_LAST (-2)

struct bench_driver_options {
	const char *suite;	    /* a name or a path; NULL: not given */
	struct suite_grid override; /* replaces the suite's lists */
	const char *child_path;	    /* of spawnscope-child; NULL: beside this program */
	const char **programs;	    /* to exec in its place, without arguments */
	size_t program_count;
	char *const *command; /* one more of these, with its arguments; NULL-terminated, or NULL */
	const char *copy;     /* of the program, to execute in its place, or NULL */
	struct loader loader;
	const char *pass; /* a variable for the subjects' environment, or NULL */
	uint64_t seed;
	bool has_seed;
	int cpu; /* a number, CPU_LAST, or CPU_NONE */
	unsigned int warmups;
	unsigned int timeout_s;
	bool serve;
	bool list;
	bool help;
};

/*
 * 0, or -EINVAL or -ENOMEM and a line in `why`. Call bench_driver_options__free in either case.
 * With `help`, errors in other options are ignored.
 */
int bench_driver_options__parse(struct bench_driver_options *options, int argc, char **argv,
				struct fault *why);
void bench_driver_options__free(struct bench_driver_options *options);

/* Prints the help on standard output. */
void bench_driver_options__help(void);
