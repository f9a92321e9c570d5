/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Refuses a run that is given twice: a copy says nothing new, and cannot differ from itself. */
#pragma once

#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"

/*
 * The same run: taken at the same millisecond with the same seed. Always false in the lab, where
 * two runs may be equal in every byte.
 */
bool gate_same_run(const struct run *a, const struct run *b);

/*
 * -EINVAL if two of these files are one, have the same bytes, or hold the same run; paths[i] holds
 * runs[i].
 */
int gate_check_copies(char *const *paths, struct run *const *runs, size_t count, struct fault *why);
