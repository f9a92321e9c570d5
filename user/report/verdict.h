/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The gate's verdict, from its JSON, which results/README.md documents. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "user/answers/answer.h"
#include "user/report/report.h"
#include "user/report/verdict_groups.h"
#include "user/text/numbers.h"

#define VERDICT_ROWS_MAX 300
#define VERDICT_TEXT_MAX (2 * NUMBER_MAX)

/* A compared metric. Texts from the file are not escaped. */
struct verdict_row {
	const char *cell, *metric, *verdict, *kind, *pass, *note;
	char a[VERDICT_TEXT_MAX], b[VERDICT_TEXT_MAX]; /* of a budget its limit, and the value */
	double change;	  /* of B to A, or of the value to the limit: 0.25 is +25 %; or NAN */
	double low, high; /* its 95 % interval; NAN: not bounded on that side */
	char interval[3 * NUMBER_MAX];
	bool has_interval, budget, improved;
};

/*
 * Reads the file: 0, -ENOENT if it holds no verdict, or -EINVAL (damaged) or -ENOTSUP (a newer
 * schema) with a reason in `why`. Free *verdict with json_decref().
 */
int verdict_read_stream(FILE *in, json_t **verdict, const char **why);

/* The same of a file; -ENOENT also if it cannot be opened, or is too large for a verdict. */
int verdict_read(const char *path, json_t **verdict, const char **why);

/* The verdict in words. `path`: of its file. */
void verdict_answer(const json_t *verdict, const char *path, struct answer *a);

/* The margin of a statistical comparison: 0.03 is 3 %; NAN if it has none. */
double verdict_margin(const json_t *verdict);

/* At most `most` of its metrics, the deciding ones first; returns how many. */
size_t verdict_rows(const json_t *verdict, const json_t *rows[], size_t most);
void verdict_row_read(const json_t *metric, struct verdict_row *row);

/* Writes its metrics as a table in HTML, the deciding ones first. */
void verdict_table(const json_t *verdict, FILE *out);
/* The same of groups, a row each. */
void verdict_group_table(const struct verdict_group *groups, size_t n, const char *caption,
			 FILE *out);
void verdict_notes(const json_t *verdict, FILE *out);
