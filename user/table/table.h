/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/model/run.h"

/*
 * Prints a run as text tables, no line wider than 80 columns; with `colour`, headings and warnings
 * stand out. A run with loss, or a truncated one, says so first. 0 or -errno.
 */
int table_print(const struct run *r, FILE *out, bool colour);
