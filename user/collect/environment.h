/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/model/run.h"

/*
 * Adds to the run what makes two runs comparable or not, as facts; what this machine does not
 * report becomes a missing value. `libc` is the C library that was measured; NULL: ours. 0 or
 * -ENOMEM.
 */
int environment_read(struct run *r, const char *libc);

/*
 * What says whether the machine was quiet: the first before a run, the second after it, which makes
 * differences of the counters. What cannot be read is MISSING; in the lab nothing is read.
 */
void environment_begin(struct run *r);
void environment_end(struct run *r);

/* "icount" in the lab, whose kernel has it on its command line; else "monotonic". */
const char *environment_clock(void);
