/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include <argp.h>

#include "bench/shared/fault.h"

/*
 * Explains in one line why argp_parse() with ARGP_SILENT refused a command line. getopt itself
 * would print two lines, with control characters and all. `table` ends with a zeroed entry.
 */
void option_fault(const struct argp_option *table, int argc, char **argv, struct fault *why);
