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
struct losses {
	int64_t records, missed, unseen; /* records lost, probe runs missed, births without one */
	size_t gaps;			 /* samples without the metric */
};

/* Adds what was lost in the runs whose taken cells have the metric. */
void side__add_losses(const struct side *s, const struct metric *m, struct losses *to);
/*
 * Samples of the taken cells that lack the metric, though their calls did not fail. *all: how many
 * samples these cells have.
 */
size_t side__nulls(const struct side *s, const struct metric *m, size_t *all);
/* Samples of the taken cells, on average of those with data. */
double side__samples(const struct side *s);
/* How many taken cells with data have fewer samples than that. *least: the fewest of these. */
size_t side__short_runs(const struct side *s, double limit, size_t *least);
/* Whether a taken cell has a value below 0. */
bool side__negative(const struct side *s, const struct metric *m);

/*
 * Whether each pair was taken before the next one, so that drift moves both sides alike.
 * *one_first: in more than two thirds of the pairs it was the same side that came first, so
 * that what the second run of a pair pays would move only the other.
 */
bool sides_in_turn(const struct side *a, const struct side *b, bool *one_first);

/* When a run was taken, ms since 1970; MISSING. */
int64_t gate_taken_ms(const struct run *r);
