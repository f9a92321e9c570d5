/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver: runs a grid of cells and prints the lines of bench/shared/protocol.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/driver/options.h"
#include "bench/driver/pool.h"
#include "bench/driver/programs.h"
#include "bench/shared/fault.h"
#include "bench/suite/grid.h"

struct bench_driver {
	struct cells cells;
	struct pool pool;
	struct programs programs;
	uint64_t seed;
	FILE *out;
};

/*
 * Makes the grid and finds out which cells can run here. 0, or -errno and the reason. Call
 * bench_driver__close in either case; it ends all parents.
 */
int bench_driver__open(struct bench_driver *driver, const struct bench_driver_options *options,
		       FILE *out, struct fault *why);
void bench_driver__close(struct bench_driver *driver);

/* Each prints its lines and flushes them. 0, or -errno of the output and the reason. */
int bench_driver__announce(struct bench_driver *driver, struct fault *why);
int bench_driver__prepare(struct bench_driver *driver, size_t id, struct fault *why);
int bench_driver__run(struct bench_driver *driver, size_t id, unsigned int runs, struct fault *why);

/* Runs the whole grid, in the order of a plan. */
int bench_driver__run_all(struct bench_driver *driver, struct fault *why);

/* Executes commands until `quit` or the end of `in`. -EINVAL for an unknown command. */
int bench_driver__serve(struct bench_driver *driver, FILE *in, struct fault *why);
