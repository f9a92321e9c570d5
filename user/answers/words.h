/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the room: how sentences say numbers and their intervals. */
#pragma once

#include <math.h>

#include "user/analysis/interval.h"
#include "user/analysis/rows.h"
#include "user/answers/answer.h"
#include "user/text/numbers.h"

#define NAME_WIDTH 40

#define WORDS_LISTED_MAX 6 /* entries of a list; tables have them all */

typedef char name_buf[NAME_WIDTH + 4];

/* Whether it is an interval, and holds a value, so that a difference from it is within noise. */
static inline bool words_known(const struct interval *i)
{
	return isfinite(i->low) && isfinite(i->high);
}

static inline bool words_hold(const struct interval *i, double value)
{
	return words_known(i) && i->low <= value && i->high >= value;
}

/* "9.2 µs (8.9 to 9.6)" */
static inline struct number words_time(const struct interval *i, bool instructions)
{
	return text_time_range(i->estimate, i->low, i->high, instructions);
}

/* Ends a list of `n` entries of which WORDS_LISTED_MAX are listed. */
void words_rest(struct answer *a, size_t n);

/*
 * Ends the detail: " (median, call to return; in brackets the 95 % interval)." or "; too few blocks
 * for an interval". A run in the lab is exact and has none. `i` is one of the answer's intervals.
 */
void words_end(struct answer *a, const struct rows *rows, const struct interval *i,
	       const char *what);
