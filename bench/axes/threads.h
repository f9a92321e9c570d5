/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What axes that make threads have in common. */
#pragma once

#include "bench/shared/fault.h"

/*
 * A thread could not be made: err, as -errno, and the reason, "threads=5000: ..."; with the
 * settings where some limit is reached.
 */
int threads_failed(const char *axis, long count, int err, struct fault *why);
