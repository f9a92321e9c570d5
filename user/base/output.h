/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_REPORT_OUTPUT_H
#define SPAWNSCOPE_REPORT_OUTPUT_H

#include <stdio.h>

/*
 * A file with what `compose` writes, as a whole or not at all: by way of a file beside it that
 * takes its place once it is complete. What is no regular file (a pipe, a terminal) is written to
 * as it comes. NULL or "-" is standard output. 0, or -errno after one line on standard error.
 */
int output_compose(const char *path, int (*compose)(void *context, FILE *out), void *context);

#endif
