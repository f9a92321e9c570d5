/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Changes that a project accepts, one a line of its file `spawn-gate.accept`:
 *
 *   CELL | METRIC | UP TO | COMMIT | UNTIL | WHY
 *   fork at 64M | ptes_copied | +25 % | 1a2b3c4 | 2027-01-31 | maps its cache at the start
 *
 * The first two are what the gate's tables and first lines say. UP TO is a share, compared with the
 * change as the gate shows it, or a number of the metric's units. UNTIL is the last day (UTC) on
 * which the line counts. Empty lines, and lines that begin with `#`, mean nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/shared/fault.h"
#include "user/gate/compare/verdict.h"

#define GATE_ACCEPT_FILE "spawn-gate.accept"

struct gate_accept_line {
	size_t line;
	char cell[128];
	const struct metric *of;
	double share;	 /* 0.25 is 25 %; NAN: in units */
	double units;	 /* of the metric; NAN: a share */
	char up_to[32];	 /* as in the file */
	char commit[72]; /* likewise */
	char until[16];	 /* "2027-01-31" */
	char why[160];	 /* cut with an ellipsis */
};

struct gate_accept {
	char name[128]; /* of the file, for notes */
	struct gate_accept_line *v;
	size_t count;
	char today[16]; /* UTC */
};

/* 0; -EINVAL with a line in `why` that names file and line; or -errno. */
int gate_accept__read(FILE *in, const char *name, struct gate_accept *a, struct fault *why);
void gate_accept__free(struct gate_accept *a);

/*
 * Lets those rows pass that a line accepts, and concludes the report. `a` may be NULL. May be
 * called again after rows changed. A statistical row passes if its whole interval is within the
 * line; if it may be beyond it, it is inconclusive.
 */
void gate_accept__conclude(const struct gate_accept *a, struct gate_report *r);

/*
 * Adds a note for each line: what it accepted, or why it did nothing (it is not needed, past its
 * date, or matches nothing). 0 or -ENOMEM.
 */
int gate_accept__note(const struct gate_accept *a, struct gate_report *r);
