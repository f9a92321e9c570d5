/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One side of a comparison: its runs, and the values of a metric in them. */
#ifndef SPAWNSCOPE_GATE_SIDE_H
#define SPAWNSCOPE_GATE_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "user/gate/compare/index.h"

struct side {
	const struct run **runs; /* in the order taken, if that is known */
	struct gate_index *indexes;
	size_t count;
	double *values;		   /* of one metric, a run each */
	const struct cell **cells; /* of one grid cell and pass */
};

/* Puts the runs in the order in which they were taken, if all tell it. 0 or -ENOMEM. */
int side__fill(struct side *s, const struct run *runs, size_t count);
void side__free(struct side *s);

/* The cells of all runs in a pass, NULL where a run has none. False if none has data. */
bool side__take_cells(struct side *s, const struct cell *like, const char *pass);
/* Which run is the first whose cell has data, if any has. */
size_t side__first(const struct side *s);
/* Whether any run has data of the cell, in whatever pass. */
bool side__measured(const struct side *s, const struct cell *like);
/* What the metric is in these cells, NAN where it is not; returns how many have it. */
size_t side__take_values(struct side *s, int metric);
/* Of these, with room for as many in `scratch`. */
double side__median(const struct side *s, double *scratch);
/* Whether the metric varies within some cell. */
bool side__varies(const struct side *s, int metric);
/* Whether some cell has a value of it below 0. */
bool side__negative(const struct side *s, int metric);

/* Whether each pair was taken before the next one began: a machine that drifts moves both alike. */
bool sides_in_turn(const struct side *a, const struct side *b);

/* When a run was taken; MISSING. */
int64_t gate_taken_ms(const struct run *r);

#endif
