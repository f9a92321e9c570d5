/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a sample of a method that execs can be used. */
#pragma once

#include "bench/methods/stage.h"
#include "bench/shared/fault.h"

/* Fails unless the program ran, or may run the next time. 0, or -errno and the reason. */
int outcome_check(const struct stage *stage, const struct sample *sample, struct fault *why);
