/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdbool.h>

#include "user/probe/sources.h"

enum untraced { UNTRACED_NONE, UNTRACED_SMALLEST, UNTRACED_ALL };

struct bench_options {
	char **driver_args; /* for the driver, NULL-terminated */
	size_t driver_arg_count;
	const char *output; /* the result file, or NULL */
	const char *clock;
	const char *libc;	/* the C library to run the driver with; NULL: its own */
	const char *suite;	/* RUN_SUITE_FACT, or NULL */
	const char *suite_file; /* or NULL */
	const char *taken_for;	/* RUN_KEPT_FACT, or NULL */
	const char *copied_how; /* what gate did about copies of it, or NULL */
	const char **programs;	/* to exec, NULL-terminated; NULL: the driver's own */
	size_t program_count;
	bool trace;
	bool overhead; /* --suite=overhead: each source alone as well */
	enum source_kind best;
	const char *btf; /* a file with the kernel's BTF, or NULL */
	enum untraced untraced;
	unsigned int all_runs;
	unsigned int rounds;
	unsigned int timeout_s;
	bool syscalls;	 /* count those of children, with all probes */
	bool strict;	 /* a skipped cell is a failure, too */
	bool incomplete; /* what was not measured is no failure: gate decides about it */
	bool quiet;
	bool verbose;
	unsigned int views; /* of the table, beside the summary */
	size_t sort;	    /* the column that its rows are sorted by */
};

/* 0, or -EINVAL after one line; --help ends the program. */
int bench_options__parse(struct bench_options *o, int argc, char **argv);
void bench_options__free(struct bench_options *o);
