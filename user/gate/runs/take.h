/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Takes one run in a fresh process: this program's own `bench`, here or in the lab. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/gate/options.h"
#include "user/model/run.h"

struct gate_take {
	int side; /* 0: A, 1: B */
	bool traced;
	bool lab;
	uint64_t seed;	       /* of the order of blocks in the run */
	const char *name;      /* of the file for --keep */
	const char *taken_for; /* from gate_kept_mark(), or NULL */
};

/*
 * Takes a run and reads it. If `file` is not NULL, *file becomes the memory file with its lines;
 * close it. A run with a broken cell is an error. 0 or -errno with one line in `why`, which is
 * empty if the process already printed one; -EINTR if we were interrupted.
 */
int gate_take(const struct gate_options *o, const struct gate_take *take, struct run *run,
	      int *file, struct fault *why);
