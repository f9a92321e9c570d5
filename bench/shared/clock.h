/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The clock of both programs: CLOCK_MONOTONIC, which BPF reads as bpf_ktime_get_ns(). */
#pragma once

#include <stdint.h>
#include <time.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* Inline: measured code calls it between two stamps. */
static inline int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}
