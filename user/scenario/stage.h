/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where a scenario runs: its options, its observations, its progress, and its processes (crew.h).
 * An observation that cannot be stored is remembered, and fails the scenario at its end.
 */
#pragma once

#include <stdint.h>

#include "bench/shared/fault.h"
#include "user/model/run.h"
#include "user/scenario/crew.h"

struct progress;
struct scenario_options;

struct stage {
	const struct scenario_options *options;
	struct run *run;
	struct fault *why;
	struct crew crew;
	struct progress *progress;
	bool quiet;
	int error; /* the first observation that was lost */
};

/* How many steps there will be, each ended by stage__step(). */
void stage__steps(struct stage *s, size_t steps);
void stage__step(struct stage *s);

/* Adds an observation of one value. `conditions`: "pages=4k when=before" (model/observation.h). */
void stage__put(struct stage *s, const char *name, const char *unit, const char *conditions,
		int64_t value);

/* Takes the values over, and empties the series. */
void stage__put_series(struct stage *s, const char *name, const char *unit, const char *conditions,
		       struct series *values);

/* An observation that could not be made, and why. */
void stage__put_absent(struct stage *s, const char *name, const char *unit, const char *conditions,
		       const char *why);

/* Sets s->why: "WHAT: strerror". Returns `err`. */
int stage__fail(struct stage *s, int err, const char *what);
