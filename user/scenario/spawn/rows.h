/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the summaries of scenarios that spawn have in common: medians, with their intervals. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "user/model/run.h"
#include "user/text/columns.h"
#include "user/text/numbers.h"

/*
 * The median of an observation, and its interval of 95 % by order statistics, which assumes nothing
 * of the distribution. NAN: no values; without an interval if these are fewer than six.
 */
struct middle {
	double median, low, high;
};
struct middle middle_of(const struct run *r, const char *name, const char *key);

/* "23.1 ms (22.9 to 23.4)" */
struct number middle_text(struct middle m);

/* Cells: the median; half the interval's width as "+-%". */
void rows_add_time(struct columns *c, struct middle m);
void rows_add_spread(struct columns *c, struct middle m);

/* The columns of calls after the labels, and a row's cells: count, stall, first byte, total. */
void rows_head_calls(struct columns *c, const char *what);
void rows_add_calls(struct columns *c, const struct run *r, const char *key);

/* Whether the observation "total" of the key has values. */
bool rows_has(const struct run *r, const char *key);

/*
 * Prints "QUESTION LEAST with WAY, MOST with WAY, N times as long", by the medians of the keys and
 * their condition "way".
 */
void rows_print_extremes(const struct run *r, FILE *out, const char *question, const char *name,
			 const char *const *keys, size_t count);

/* How many outputs were wrong, in all. */
double rows_different(const struct run *r);

/* Prints what was not measured, and why; and whether any output was wrong. */
void rows_print_absent(const struct run *r, FILE *out);
