/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a run says of a claim, and the numbers behind that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/analysis/interval.h"
#include "user/text/numbers.h"

enum verdict_kind {
	VERDICT_HOLDS,
	VERDICT_FAILS,
	VERDICT_DEPENDS,
	VERDICT_INCONCLUSIVE, /* the intervals do not decide */
	VERDICT_ABSENT,	      /* it was not, or cannot be, tested here */
	VERDICT_COUNT
};

enum number_unit {
	UNIT_TIME,  /* ns; instructions in the lab */
	UNIT_TIMES, /* a ratio */
	UNIT_COUNT,
	UNIT_BYTES,
	UNIT_SHARE, /* from 0 to 1 */
};

#define VERDICT_NUMBERS 10

struct verdict_number {
	char what[96];
	enum number_unit unit;
	struct interval value; /* low and high are NAN where there is no interval */
	bool extrapolated;     /* this machine was not measured there */
};

/* Plain text, in which reasons of a file may stand: escape it. */
struct verdict {
	enum verdict_kind kind;
	char why[512]; /* one sentence, or what it depends on */
	struct verdict_number numbers[VERDICT_NUMBERS];
	size_t n;
	struct interval crossing; /* of what it depends on, in `crossing_unit`; NAN: none */
	enum number_unit crossing_unit;
};

/* "holds", "does not hold", "depends", "inconclusive", "absent" */
const char *verdict_name(enum verdict_kind kind);

/* Sets kind and sentence. */
__attribute__((format(printf, 3, 4))) void verdict__say(struct verdict *v, enum verdict_kind kind,
							const char *why, ...);

/* Adds a number. Those that are NAN are left out. */
__attribute__((format(printf, 4, 5))) void verdict__number(struct verdict *v, enum number_unit unit,
							   struct interval value, const char *what,
							   ...);
/* A number that was not measured: it is where a line through those that were would be. */
__attribute__((format(printf, 4, 5))) void verdict__extrapolated(struct verdict *v,
								 enum number_unit unit,
								 struct interval value,
								 const char *what, ...);
/* A number that is exact. */
__attribute__((format(printf, 4, 5))) void verdict__exact(struct verdict *v, enum number_unit unit,
							  double value, const char *what, ...);

/* "4.2 (3.9 to 4.5)", "16 MiB (12 to 18)", "85 %" */
struct number verdict_value(enum number_unit unit, const struct interval *i, bool instructions);
/* "ns", "instructions", "times", "", "bytes", "" */
const char *verdict_unit(enum number_unit unit, bool instructions);
