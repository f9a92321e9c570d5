/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs that a run execs: spawnscope-child, or those of --program and of the command. */
#pragma once

#include <stddef.h>

#include "bench/driver/options.h"
#include "bench/shared/fault.h"
#include "bench/shared/program.h"

struct programs {
	struct program *v; /* at least one */
	size_t n;
	char **names; /* of each, for the key of a cell: its command, as a shell would read it */
};

/*
 * Finds the files, if methods `exec`. Two that are alike count once. 0, or -errno and the reason.
 * Borrows from the options. Call programs__free in either case.
 */
int programs__find(struct programs *programs, const struct bench_driver_options *options, bool exec,
		   struct fault *why);
void programs__free(struct programs *programs);
