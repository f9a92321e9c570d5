/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a scenario measured: a name, a unit, and values under stated conditions. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "user/model/fact.h"
#include "user/model/series.h"

struct run;

struct observation {
	char *name;
	char *unit;	  /* "ns", "bytes", or what is counted: "pages" */
	struct fact *key; /* the conditions */
	size_t key_count;
	struct series values;
	char *absent; /* why there are no values; else NULL */
};

/*
 * Adds an observation without values to a run. `conditions` is a list of NAME=VALUE, between
 * blanks: "pages=4k workers=4"; digits alone make a number. NULL: out of memory. Invalidates
 * pointers to observations.
 */
struct observation *run__add_observation(struct run *r, const char *name, const char *unit,
					 const char *conditions);

/* The first observation of the name which has at least these conditions; NULL if there is none. */
const struct observation *run__observation(const struct run *r, const char *name,
					   const char *conditions);

/* The text of a condition; NULL if the observation lacks it, or it is a number. */
const char *observation__text(const struct observation *m, const char *condition);

/* The condition that is a number, or MISSING. */
int64_t observation__number(const struct observation *m, const char *condition);

void observation__free(struct observation *m); /* frees what it holds */
