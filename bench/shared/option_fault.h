/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_OPTIONS_H
#define SPAWNSCOPE_OPTIONS_H

#include <argp.h>
#include <stddef.h>

#include "bench/shared/fault.h"

/*
 * What is wrong with the options of a command line that argp_parse refused with ARGP_SILENT, in
 * one line: getopt would print it in two, with whatever the words hold. Not escaped. `table` ends
 * with a zeroed entry. Returns why.
 */
const char *options_fault(const struct argp_option *table, int argc, char **argv,
			  struct fault *why);

#endif
