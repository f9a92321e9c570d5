/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_REPORT_INPUT_H
#define SPAWNSCOPE_REPORT_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "user/run.h"

/*
 * Reads the files into an array of as many runs; those that broke off only if `truncated`. 0, or
 * -errno after one line on standard error. Free the array with input_free() in any case.
 */
int input_read(char *const *paths, size_t count, bool truncated, struct run **runs);
/* Whether `output` (may be NULL) is one of the files: one line on standard error says so then. */
bool input_is_output(char *const *paths, size_t count, const char *output);
void input_free(struct run *runs, size_t count);

#endif
