/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One side of a comparison: its runs, and the values of a metric in them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/analysis/metric.h"
#include "user/gate/compare/index.h"

#define PROBE_SETS_MAX 64

struct side {
	const struct run **runs; /* in the order taken, if that is known */
	struct gate_index *indexes;
	size_t count;
	double *values;		   /* of one metric, one per run */
	const struct cell **cells; /* of one key and probe set, one per run; NULL: none */
};

/* Sorts the runs by the time they were taken, if all of them state it. 0 or -ENOMEM. */
int side__fill(struct side *s, const struct run *runs, size_t count);
void side__free(struct side *s);

/* Takes the cells with the key of `like` and this probe set. False if none has data. */
bool side__take_cells(struct side *s, const struct cell *like, const char *probe_set);
/* The first run whose taken cell has data; the last run if none has. */
size_t side__first(const struct side *s);
/* Whether a run has data for this key, with any probe set. */
bool side__measured(const struct side *s, const struct cell *like);
/* The probe sets that runs have for this key, in the order of the runs; ends with NULL. */
void side__probe_sets(const struct side *s, const struct cell *like,
		      const char *sets[PROBE_SETS_MAX + 1]);
/* Takes the metric's values from the taken cells. Returns how many cells have one. */
size_t side__take_values(struct side *s, const struct metric *m);
/* The median of the taken values. `scratch` has room for one per run. */
double side__median(const struct side *s, double *scratch);
/* Whether the metric varies within a taken cell. */
bool side__varies(const struct side *s, const struct metric *m);
/* Whether a taken cell has a value below 0. */
bool side__negative(const struct side *s, const struct metric *m);

/* Whether each pair was taken before the next one, so that drift moves both sides alike. */
bool sides_in_turn(const struct side *a, const struct side *b);

/* When a run was taken, ms since 1970; MISSING. */
int64_t gate_taken_ms(const struct run *r);
