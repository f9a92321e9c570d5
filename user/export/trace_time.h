/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Times of a trace, in steps of 2^-11 us, since the format has microseconds: sums and differences
 * are exact, so a reader that adds durations (speedscope) never sees a slice end after the next one
 * begins. A step is less than a nanosecond.
 */
#pragma once

#include <stdint.h>

#include "user/text/strbuf.h"

int64_t trace_steps(int64_t ns);

/* Appends as microseconds with all digits: no rounding, no exponent. */
void trace_add_steps(struct strbuf *text, int64_t steps);
