/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the axes child_write and parent_write have in common. Both write one byte per page, from the
 * start of the memory of AXIS_size, after the call under test has returned, so they do not change
 * its time. The parent writes first, while the child is held. Where both write, the parent copies
 * the page; by then the child is the only user of the old one.
 */
#pragma once

#include "bench/axes/axis.h"

#define WRITE_US_PER_MIB 8000 /* 256 copy-on-write faults */

/* Whether `bytes` can be written. 0, or -EINVAL and the reason, which names the axis. */
int axis_check_write(const struct shape *shape, const char *name, int64_t bytes,
		     const struct method *method, struct fault *why);
