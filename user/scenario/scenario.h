/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A scenario is a real use of fork, measured as its users feel it: one file that defines a struct
 * scenario, and its name in scenarios.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "user/model/observation.h"
#include "user/model/run.h"
#include "user/scenario/stage.h"

/* What pages the memory of a scenario has; PAGES_BOTH: first the one, then the other. */
enum scenario_pages { PAGES_BOTH, PAGES_4K, PAGES_THP };
enum scenario_skew { SKEW_ZIPF, SKEW_UNIFORM };

/* Options of the command; a scenario takes those that it names, the others are a mistake. */
enum scenario_option {
	SCENARIO_SIZE = 1,
	SCENARIO_SECONDS = 2,
	SCENARIO_WORKERS = 4,
	SCENARIO_REQUESTS = 8,
	SCENARIO_RATE = 16,
	SCENARIO_SKEW = 32,
	SCENARIO_PAGES = 64,
	SCENARIO_FOLDER = 128,
	SCENARIO_ROUNDS = 256,
	SCENARIO_NO_PEER = 512, /* the last one */
};

struct scenario_options {
	int64_t size_bytes;
	double seconds;
	unsigned int workers;
	unsigned int requests;
	unsigned int rate;   /* a second */
	unsigned int rounds; /* of the same, in turn */
	enum scenario_skew skew;
	enum scenario_pages pages;
	const char *folder; /* of large files; NULL: TMPDIR, or /tmp */
	bool no_peer;	    /* leave the installed program out */
};

struct scenario {
	const char *name;
	const char *brief;
	unsigned int takes; /* of enum scenario_option */
	struct scenario_options defaults;
	/* How many times the size it needs: the default is halved until these fit into memory. */
	unsigned int copies;
	/* Measures, by the functions of stage.h. 0, or -errno with one line in s->why. */
	int (*run)(struct stage *s);
	/* Prints a summary that begins with the answer, from the run's measures alone. 0 or
	 * -errno. */
	int (*print)(const struct run *r, FILE *out, bool colour);
};
