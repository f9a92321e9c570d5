/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_REPORT_OUTPUT_H
#define SPAWNSCOPE_REPORT_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes the text to a file as a whole or not at all: by way of a file beside it that takes its
 * place; what is no regular file (a pipe, a terminal) is written to as it is. NULL or "-" is
 * standard output. 0 or -errno.
 */
int output_write(const char *path, const char *text, size_t size);

/*
 * The same with what `compose` writes, which is whole before a byte of the file is. 0, or -errno
 * after one line on standard error.
 */
int output_compose(const char *path, int (*compose)(void *context, FILE *out), void *context);

#endif
