/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calibrates what-if estimates: from the cache of this boot, or by a bench of about a second. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/model/calibration.h"

struct run;

struct calibrate_options {
	bool cached_only; /* no bench */
	bool silent;	  /* prints no progress */
	bool verbose;	  /* reports why it could not be cached */
};

/*
 * Call it after detaching all probes: they would slow down the bench, which runs as the current
 * user. It obeys interrupt_requested() (interrupt.h). 0, or -errno with one line in `why`; -ENOENT
 * with an empty one if nothing is in the cache.
 */
int calibrate(const struct calibrate_options *o, struct calibration **calibration,
	      struct fault *why);

/* Reads a file of the cache. NULL: it is damaged, noisy, or of another machine than `here`. */
struct calibration *calibrate_read(FILE *in, const struct run *here);
