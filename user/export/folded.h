/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Folded stacks, which flamegraph.pl, inferno and speedscope draw. Of a profile a line for each
 * stack and method, "_start;main;a;c;fork;[fork] 7": from the outermost function to the method, and
 * its weight. Of anatomies a line for each path, "fork_at_64M;call;fork;…;copy_mm 91200", with the
 * instructions of its last function alone. In a name, blanks, `;` and what could control a terminal
 * are \xHH.
 */
#pragma once

#include <stdio.h>

#include "user/analysis/groups.h"

/* The weight: births, or the time of their calls in µs (in the lab, in thousands of instructions).
 */
enum folded_weight { FOLDED_BIRTHS, FOLDED_CALL };

/* The groups are by stack. Those without a weight have no line. 0 or -errno. */
int folded_write(const struct groups *g, enum folded_weight weight, FILE *out);
