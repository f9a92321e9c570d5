/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The grid of cells that the driver announces when it starts. */
#pragma once

#include <stdint.h>

#include "user/model/run.h"

struct driver_grid {
	struct run run;	   /* only its cells are used: `skipped` says why one cannot run, or NULL */
	unsigned int runs; /* of the cells to come that name no number of their own */
	unsigned int *cell_runs; /* by cell */
	uint64_t seed;
	char *libc;	 /* "glibc 2.36"; NULL: not announced */
	char *libc_file; /* its path; NULL: not announced, as by a static driver */
};

/*
 * Inside driver: takes one line of the announcement, from after the version to before `ready`. 0,
 * -ENOMEM, or -EPROTO for a line that bench/shared/protocol.h does not have there; it is then
 * unchanged.
 */
int driver_grid__take(struct driver_grid *g, char *line);
void driver_grid__free(struct driver_grid *g);
