/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The page that a parent and its children share: the start of a memfd, mapped by
 * the parent and inherited by every child. Children that still run the parent's
 * program write to the mapping; spawnscope-child has a new address space and
 * writes to the descriptor. Freestanding: spawnscope-child has no libc.
 */
#pragma once

#include <stdint.h>

/* What spawnscope-child writes, at offset 0. Times in ns of CLOCK_MONOTONIC; 0: not taken. */
struct slate_report {
	int64_t exec_ns;
	int64_t exit_ns;
	int32_t child_pid; /* 0: not reported */
	int32_t reserved;
};

struct slate {
	struct slate_report report; /* other children write exit_ns and child_pid, too */
	int64_t child_ns;
	int32_t exec_errno; /* why the child's exec failed */
	uint32_t released;  /* a futex: the parent has written its pages (parent_write) */
	uint32_t taken;	    /* samples finished; only the parent uses it */
};
