/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef SPAWNSCOPE_REPORT_INPUT_H
#define SPAWNSCOPE_REPORT_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "user/model/run.h"

/* Files that were read; paths are those that were given. */
struct input {
	struct run *runs;
	char **paths;
	size_t count;
	json_t **verdicts; /* of the gate */
	char **verdict_paths;
	size_t verdict_count;
};

enum {
	INPUT_TRUNCATED = 1, /* runs that broke off, too */
	INPUT_VERDICTS = 2,  /* the gate's JSON, too, beside a run at least */
};

/*
 * Reads the files. 0, or -errno after one line on standard error. To be freed with input_free() in
 * any case.
 */
int input_read(struct input *in, char *const *paths, size_t count, int flags);
/* Whether `output` (may be NULL) is one of the files: one line on standard error says so then. */
bool input_is_output(char *const *paths, size_t count, const char *output);
void input_free(struct input *in);

#endif
