/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Anatomies in the array form of Chrome's JSON trace event format: a track for each cell, a slice
 * for each path of calls, below the one that called it. A nanosecond there is an instruction.
 */
#pragma once

#include <stdio.h>

#include "user/model/run.h"

/* 0 or -errno. */
int perfetto_write_trees(const struct run *r, FILE *out);
