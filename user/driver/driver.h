/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The driver spawnscope-bench as a child process, spoken to as bench/shared/protocol.h says. */
#ifndef SPAWNSCOPE_DRIVER_H
#define SPAWNSCOPE_DRIVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/shared/fault.h"
#include "user/collect/samples.h"
#include "user/model/run.h"

struct driver;

struct driver_options {
	unsigned int timeout_s; /* for an answer */
	const char *libc; /* the C library to run it with, as libc_find takes it; NULL: its own */
	const char *program; /* what is spawned with it, too; NULL: nothing dynamic */
};

/*
 * Starts the driver with `args` (NULL-terminated, without argv[0] and --serve) as the invoking
 * user without any capability, and so that it does not outlive this process. Its standard error
 * stays ours. A driver that gives no answer in time is taken to hang. 0 or -errno with one
 * line in `why`; -ECANCELED with an empty line if the driver refused its arguments, which it has
 * told the user by itself.
 */
int driver__start(char *const *args, const struct driver_options *options, struct driver **driver,
		  struct fault *why);

/* Ends the driver and waits for it. Accepts NULL. */
void driver__stop(struct driver *d);

/* Announced in the grid. */
uint64_t driver__seed(const struct driver *d);
/* "glibc 2.36", and its file; NULL: it did not say, or has no such file, being static. */
const char *driver__libc(const struct driver *d);
const char *driver__libc_file(const struct driver *d);
size_t driver__cell_count(const struct driver *d);
unsigned int driver__runs(const struct driver *d, size_t cell);
/* The axes of a cell as zero-terminated KEY=VALUE parts; why it is skipped, or NULL. */
const struct cell *driver__cell(const struct driver *d, size_t cell);

/*
 * Brings up the parent process of a cell. 0; -ENOTSUP: skipped, with the reason in `why`; other
 * -errno: the driver is gone, `why` says how.
 */
int driver__prepare(struct driver *d, size_t cell, pid_t *parent, struct fault *why);

struct driver_block {
	struct sample *samples; /* owned by the driver, good until the next call */
	size_t n;
	int64_t started; /* children created, warm-ups included */
	int64_t failed;	 /* calls that failed, warm-ups included */
};

/* Takes samples. 0; -EIO: the parent broke, `why` says how; else -errno: the driver is gone. */
int driver__run(struct driver *d, size_t cell, unsigned int runs, struct driver_block *block,
		struct fault *why);

#endif
