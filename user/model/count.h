/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The COUNTS table of bpf/phases.h, row by row. */
#pragma once

#include <stdbool.h>

#include "bpf/phases.h"

const char *count_name(enum count c); /* as in result files */
int count_by_name(const char *name);  /* -1 if unknown */
bool count_is_cow(enum count c);      /* a COW fault, or a page of one */

/* Who takes COW faults, and where the numbers stand: the child, then the parent. */
extern const struct cow_side {
	const char *name;
	enum phase time;
	enum count faults, copied, reused, huge;
} cow_sides[2];
