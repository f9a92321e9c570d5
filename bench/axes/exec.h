/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What axes about the exec have in common. */
#pragma once

#include "bench/axes/axis.h"

/*
 * Whether the method execs, by itself: a helper has an environment and a PATH of its own. 0, or
 * -EINVAL and the reason, which names the axis.
 */
int axis_check_exec(const char *name, const struct method *method, struct fault *why);

/* Whether environment and arguments of the shape fit. 0, or -E2BIG and the reason. */
int axis_check_strings(const struct shape *shape, struct fault *why);
