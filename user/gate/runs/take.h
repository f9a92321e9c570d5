/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_GATE_TAKE_H
#define SPAWNSCOPE_GATE_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/gate/options.h"
#include "user/model/run.h"

struct gate_take {
	int side; /* 0: A, 1: B */
	bool traced;
	bool lab;
	uint64_t seed;	       /* of the order of blocks inside the run */
	const char *name;      /* of the file that --keep makes */
	const char *taken_for; /* as gate_kept_mark has it, or NULL */
};

/*
 * Takes one run in a process of its own and reads it. If `file` is not NULL, *file is the memory
 * file with its lines, to be closed. 0 or -errno with one line in `why`, which is empty if the
 * process said it itself; -EINTR if we were asked to stop.
 */
int gate_take(const struct gate_options *o, const struct gate_take *take, struct run *run,
	      int *file, struct fault *why);

/* Whether A or B is a suite: the name of a file, or of a suite that is built in; else a method. */
bool gate_is_suite(const char *name);

/* The cell that broke off in a run, in one line. False if none did. */
bool gate_broken(const struct run *run, int side, struct fault *why);

#endif
