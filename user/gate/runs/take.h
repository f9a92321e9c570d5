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
	const char *each;      /* in the lab: a folder of programs, a run of each; NULL */
	unsigned int times;    /* as many are in it */
	/* In place of a run: the difference of A's and B's anatomy of this cell, as JSON; NULL. */
	const struct cell *anatomy;
	unsigned int block_s; /* time limit of a block without --timeout; 0: bench's own */
};

/*
 * Takes a run and reads it. If `file` is not NULL, *file becomes the memory file with its lines;
 * close it. A run with a broken cell is an error. 0 or -errno with one line in `why`; -ECANCELED if
 * it is what the process printed itself (or empty, if that was nothing); -EINTR if we were
 * interrupted; -ETIMEDOUT if the run reached its time limit, and -ETIME if a block of samples did.
 */
int gate_take(const struct gate_options *o, const struct gate_take *take, struct run *run,
	      int *file, struct fault *why);

/* Only takes it, or the runs of `each`, one after the other, or the anatomy: *file has the lines.
 */
int gate_take_lines(const struct gate_options *o, const struct gate_take *take, int *file,
		    struct fault *why);

/* What --timeout says, in seconds; 0: not given. */
unsigned int gate_block_limit_s(const struct gate_options *o);

/* Whether a cell broke off; `why` then names it after `side`, and says if a copy of it was run. */
bool gate_is_broken(const struct run *run, const char *side, bool copied, struct fault *why);
