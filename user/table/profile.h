/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The summary of a profile as text. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/answers/profile.h"

/*
 * Prints, no line wider than layout_width(): loss and failures; the views; the headline; what
 * else the births might have cost; a row for each group; the file's name. 0 or -errno.
 */
int table_profile_print(const struct profile_summary *s, FILE *out, bool colour);
