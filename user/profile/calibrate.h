/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calibrates: from the cache of this boot, or by a short bench of about a second. */
#ifndef SPAWNSCOPE_CALIBRATE_H
#define SPAWNSCOPE_CALIBRATE_H

#include <stdbool.h>

#include "bench/shared/fault.h"
#include "user/model/calibration.h"

struct calibrate_options {
	bool cached_only; /* no bench */
	bool silent;	  /* nothing on standard error meanwhile */
	bool verbose;	  /* why it could not be kept */
};

/*
 * The bench is the driver's, run as who we are now, without probes of ours; so all probes should be
 * gone. It obeys interrupt_requested() (interrupt.h). 0, or -errno with one line in `why`; -ENOENT
 * if that is empty, and nothing is in the cache.
 */
int calibrate(const struct calibrate_options *o, struct calibration **calibration,
	      struct fault *why);

#endif
