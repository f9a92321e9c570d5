/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a bench was asked for and did not measure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/model/run.h"

struct unmeasured {
	size_t cells, skipped, broken; /* all cells; and those of them that have a reason */
	size_t calls, failed; /* samples taken; and those of them whose call failed, though it was
				 not asked for */
	int first_errno;      /* of these; 0: none failed */
	const char *why_skipped, *why_broken;	     /* the first; they belong to the run */
	bool more_errnos, more_skipped, more_broken; /* others have another reason */
};

/*
 * Whether the cell at this place was skipped for the same reason with another probe set before:
 * what cannot run cannot with any, so once is enough to say so. `x` is run__index() without the
 * set.
 */
bool unmeasured_before(const struct run *r, const struct cell_index *x, size_t place);

struct unmeasured unmeasured_of(const struct run *r);

/*
 * Says in one line what was not measured: all, cells that broke off, calls that failed; "" if it is
 * nothing. Skipped cells beside measured ones count only with `strict`.
 */
void unmeasured_text(const struct unmeasured *u, bool strict, char *text, size_t size);
