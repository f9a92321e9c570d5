/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checks that the options of the command gate go together. */
#pragma once

#include "user/gate/options.h"

/*
 * The last part of parsing. 0, or -EINVAL after a complaint. `dashes`: `--` separates A and B; else
 * base_count is set here.
 */
int gate_options__check(struct gate_options *o, bool dashes);

/* Whether the name of A or B is a suite, built in or in a file; else it is a method. */
bool gate_is_suite(const char *name);
