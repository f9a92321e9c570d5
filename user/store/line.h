/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the store: the lines of a result file as JSON values, and back. */
#ifndef SPAWNSCOPE_STORE_LINE_H
#define SPAWNSCOPE_STORE_LINE_H

#include <jansson.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"

struct lifted;

/* Of times and counts of births: sums of some dozen do not overflow. */
#define STORE_NUMBER_MAX (INT64_MAX >> 8)

/* As the kernel has it (MAX_ERRNO, include/linux/err.h). */
#define STORE_ERRNO_MAX 4095

/* Longer lines are refused: several hundred thousand samples with every phase and count. */
#define STORE_LINE_MAX ((size_t)256 << 20)

/* More cells are refused: each costs memory far beyond what it takes in a file. */
#define STORE_CELLS_MAX 8192

/* More births are refused: each costs some 500 bytes of memory. */
#define STORE_BIRTHS_MAX ((size_t)1 << 20)

/* No line could hold more: a value takes two bytes at least. */
#define STORE_SAMPLES_MAX (STORE_LINE_MAX / 2)

/* A new reference, or NULL if out of memory. */
json_t *store_encode_run(const struct run *r);
json_t *store_encode_cell(const struct cell *c);
json_t *store_encode_end(const struct run *r);
json_t *store_encode_birth(const struct birth *b);
json_t *store_encode_calibration(const struct calibration *c);

/* A string of JSON, in which malformed bytes are replaced; `null` for NULL. */
json_t *store_json_text(const char *text);

/* What is wrong with a line, for the user. */
struct reason {
	char text[256];
	const struct lifted *lifted; /* what was taken out of the line before, or NULL */
};

/*
 * Read one line into *r or a new cell of it. 0, -EINVAL or -ENOTSUP with a reason, or -ENOMEM;
 * after a failure *r is incomplete, but can be freed.
 */
int store_decode_run(const json_t *line, struct run *r, struct reason *why);
int store_decode_cell(const json_t *line, struct run *r, struct reason *why);
int store_decode_end(const json_t *line, struct run *r, struct reason *why);
int store_decode_calibration(const json_t *line, struct run *r, struct reason *why);

/* Reads a line into *b, which must then be freed; after a failure it need not. */
int store_decode_birth(const json_t *line, struct birth *b, struct reason *why);

/* The stack of that birth, if the line has one, which is then one of the table's. */
int store_decode_stack(const json_t *line, struct stack_table *t, struct birth *b,
		       struct reason *why);

/*
 * Both, fast, of a line as store_encode_birth() writes it. False, without a reason and with
 * nothing to free, if the line is any other, or memory ran out: store_decode_birth() tells.
 */
bool store_scan_birth(const char *text, size_t len, struct stack_table *t, struct birth *b);

/* store_read() from an open stream; `name` is what `why` calls it. */
int store_read_stream(FILE *in, const char *name, struct run *r, struct fault *why);

#endif
