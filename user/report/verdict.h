/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gate's verdict, from the JSON that it wrote; results/README.md documents that. */
#ifndef SPAWNSCOPE_REPORT_VERDICT_H
#define SPAWNSCOPE_REPORT_VERDICT_H

#include <jansson.h>
#include <stdio.h>

#include "user/report/answer.h"
#include "user/report/report.h"

/*
 * Reads the file: 0, -ENOENT if it holds no verdict, or -EINVAL (damaged) or -ENOTSUP (a newer
 * schema) with a reason in `why`. Free *verdict with json_decref().
 */
int verdict_read(const char *path, json_t **verdict, const char **why);

/* What it says, in words. `path`: where it is from. */
void verdict_answer(const json_t *verdict, const char *path, struct answer *a);

/* Its metrics as a table, what decided first. */
void verdict_table(const json_t *verdict, FILE *out);

#endif
