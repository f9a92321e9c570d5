/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the store: long arrays of numbers are read before a line is parsed as JSON. Nearly all of
 * a file is such arrays, and jansson takes 150 ns and an allocation for each value. Read here, a
 * million samples take a tenth of that time.
 */
#pragma once

#include <jansson.h>

#include "user/model/run.h"

struct lifted {
	struct series *arrays;
	size_t count;
	char *text; /* the line without these arrays */
	size_t len;
};

/*
 * Copies the line to l->text, without its long arrays of integers and nulls. Array N is now
 * l->arrays[N], and l->text has [N.5] in its place: no file has that, since we write no real
 * numbers. False: parse the line itself, because it has no such array, or a real number, or a
 * syntax error, or memory ran out. line[len] is a newline or a zero byte.
 */
bool lifted__take(struct lifted *l, const char *line, size_t len);
void lifted__free(struct lifted *l);

/* The array in whose place `json` stands; NULL if it is another value. `l` may be NULL. */
struct series *lifted__find(const struct lifted *l, const json_t *json);
