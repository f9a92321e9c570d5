/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Named values: the facts about a run's machine, and the axes of a cell's key. free() frees an
 * array of them; their strings belong to all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fact {
	const char *name;
	const char *text; /* NULL: the value is `number`, which may be MISSING */
	int64_t number;
};

/* Appends to an array, which moves; strings are copied. 0 or -ENOMEM. */
int fact_add(struct fact **facts, size_t *count, const char *name, const char *text,
	     int64_t number);

/* NULL if there is none of the name. */
const struct fact *fact_find(const struct fact *facts, size_t count, const char *name);

/* Whether both have the same value. NULL is the same as NULL alone. */
bool fact_same(const struct fact *a, const struct fact *b);
