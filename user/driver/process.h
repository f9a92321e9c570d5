/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside driver: spawnscope-bench as a child process with a pipe in and a pipe out. */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "bench/shared/fault.h"
#include "bench/shared/loader.h"

struct driver_process {
	pid_t pid; /* 0: not started, or reaped */
	FILE *to;  /* its standard input */
	int from;  /* its standard output, or -1 */
};

/* Where spawnscope-bench is: beside this program. 0 or -errno. */
int driver_process_path(char *path, size_t size);

/*
 * Starts the program at `path` with --serve and `args` (NULL-terminated), by `loader` if that has a
 * path, as the invoking user and without capabilities. It gets SIGTERM when this process dies. 0 or
 * -errno; driver_process__stop() is due in either case.
 */
int driver_process__start(struct driver_process *p, const char *path, const struct loader *loader,
			  char *const *args);

/*
 * Reaps a driver that has closed its output. 0 with its wait status in *status (0 if it was reaped
 * before), or -ETIMEDOUT if it does not end or the user wants to stop.
 */
int driver_process__reap(struct driver_process *p, unsigned int timeout_s, int *status);

/* Closes its input, which asks it to exit; then SIGTERM, then SIGKILL. Reaps it. */
void driver_process__stop(struct driver_process *p);
