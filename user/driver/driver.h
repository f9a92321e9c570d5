/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver spawnscope-bench as a child process; bench/shared/protocol.h is the protocol. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/shared/fault.h"
#include "user/driver/grid.h"
#include "user/model/sample.h"

struct driver;

struct driver_options {
	unsigned int timeout_s; /* for each answer */
	const char *libc;	/* C library to run it with, for libc_find(); NULL: its own */
	/* The dynamic programs that it spawns with that library, NULL-terminated; NULL: none. */
	const char *const *programs;
};

/*
 * Starts the driver with `args` (NULL-terminated, without argv[0] and --serve), as the invoking
 * user and without any capability, and reads the grid that it announces. It shares our standard
 * error and does not outlive this process. 0, or -errno with one line in `why`; -ECANCELED with an
 * empty line if the driver refused its arguments and has printed why itself.
 */
int driver__start(char *const *args, const struct driver_options *options, struct driver **driver,
		  struct fault *why);

/* Stops the driver and reaps it. Accepts NULL. */
void driver__stop(struct driver *d);

/* What it announced. */
const struct driver_grid *driver__grid(const struct driver *d);

/*
 * Starts the parent process of a cell and sets *parent to its pid. 0; -ENOTSUP if the cell is
 * skipped, with the reason in `why`; other -errno if the driver is gone, with how in `why`.
 */
int driver__prepare(struct driver *d, size_t cell, pid_t *parent, struct fault *why);

struct driver_block {
	struct sample *samples; /* owned by the driver, valid until the next driver__run() */
	size_t n;
	int64_t started; /* children created, warm-ups included */
	int64_t failed;	 /* calls that failed, warm-ups included */
	bool late;	 /* it reached the time limit */
};

/*
 * Takes `runs` samples. 0; -EIO if the parent died or hung, with how in `why` and the samples taken
 * until then in *block; other -errno if the driver is gone.
 */
int driver__run(struct driver *d, size_t cell, unsigned int runs, struct driver_block *block,
		struct fault *why);
