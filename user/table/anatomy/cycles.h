/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Cycles of an anatomy: about how many, what for, and in which functions. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/model/call_tree.h"

/* Nothing if the tree has no estimate. 0 or -errno. */
int table_cycles(const struct call_tree *t, bool colour, FILE *out);
