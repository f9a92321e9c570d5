/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The option --trace of several commands. */
#pragma once

#include "user/probe/sources.h"

/* The best kind of probe that may be used. 0, or -EINVAL after one line. */
int source_kind_option(const char *value, enum source_kind *best);
