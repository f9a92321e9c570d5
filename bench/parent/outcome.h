/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a sample can be used. */
#pragma once

#include "bench/methods/methods.h"
#include "bench/methods/stage.h"
#include "bench/shared/fault.h"

/*
 * Fails if a signal killed the child, and of a method that execs unless the program ran, or may run
 * the next time. 0, or -errno and the reason.
 */
int outcome_check(const struct stage *stage, const struct method *method,
		  const struct sample *sample, struct fault *why);
