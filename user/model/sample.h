/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One sample as the driver spawnscope-bench takes it: a call and the child's own timestamps. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* As in bench/shared/protocol.h; times are CLOCK_MONOTONIC ns or MISSING. */
struct sample {
	pid_t child; /* 0 if the driver does not know it */
	int error;   /* errno of the call under test, or 0 */
	int64_t t_call, t_return, t_child, t_exec, t_exit, t_reaped;
	int64_t stall, stall_sum, stall_base; /* ns */
	int64_t ended; /* spawns of all threads of the parent that ended in it, with itself */
};
