/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside the store: long arrays of numbers are taken out of a line before it is parsed. They are
 * nearly all of a file, and jansson spends 150 ns and an allocation on each value; read here, a
 * million samples take a tenth of that.
 */
#pragma once

#include <jansson.h>

#include "user/model/run.h"

struct lifted {
	struct series *arrays;
	size_t count;
	char *text; /* the line without them */
	size_t len;
};

/*
 * Puts the line into l->text, with [N.5] in place of the array that is now l->arrays[N]. An array
 * is taken out if it has nothing in it but integers that fit an int64_t, and nulls. False if the
 * line is to be parsed as it is: there is nothing to take out, it has a real number somewhere
 * (which nothing of ours has, so that [N.5] cannot be in a file), it is out of shape, or memory
 * ran out.
 */
bool lifted__take(struct lifted *l, const char *line, size_t len);
void lifted__free(struct lifted *l);

/* The array that this value stands for; NULL if it is none. `l` may be NULL. */
struct series *lifted__find(const struct lifted *l, const json_t *json);
