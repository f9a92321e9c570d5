/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Which share of a time a phase has. */
#pragma once

#include "user/analysis/rows.h"
#include "user/text/numbers.h"

/*
 * The phase's median, taken with the row's own probe set, of the median of a time that contains it,
 * whose blocks these are: a number from 0 to 1 with its interval, block by block, which is not
 * known out of memory.
 */
struct interval share__of(const struct rows *rows, const struct row *row, enum phase p,
			  const struct blocks *whole, double median);

/* "91 % (89 to 93)", or "91 %" where the interval is not known. */
struct number share__text(const struct interval *share);
