/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --live: births as lines of text, as they complete. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "user/model/birth.h"

/* Columns of a command where the output is not a terminal. */
#define LINES_COMMAND_MAX 160

struct lines {
	FILE *out;
	bool colour;
	bool phases;	     /* a second line with each phase */
	bool cow;	     /* a column for copy-on-write faults, of parent and child */
	const char *no_call; /* why there is no column for the time of the call; NULL: there is */
	const char *clock;   /* the unit of times, as in struct run */
	int64_t start;	     /* the zero of printed times, CLOCK_MONOTONIC ns */
	size_t width;	     /* columns; 0: not known, so not a terminal */
	bool titled;
};

void lines__print(struct lines *l, const struct birth *b);
