/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Lists of methods and of parents, and the cells that their combinations make. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/axes/axis.h"
#include "bench/methods/methods.h"
#include "bench/shared/fault.h"

#define GRID_CELLS_MAX	  10000
#define GRID_RUNS_MAX	  1000000
#define GRID_RUNS_DEFAULT 50

struct method_list {
	const struct method **v;
	size_t n;
};

struct axis_list {
	int64_t *v;
	size_t n;
};

/* A section of a suite file, or the options. Empty lists and 0 runs are not given. */
struct suite_grid {
	struct method_list methods;
	struct axis_list axes[AXIS_COUNT];
	unsigned int runs; /* samples per cell */
};

/*
 * Adds a line `name` = `list` of a suite file; `name` is an axis, `method` or `runs`. Lists grow if
 * a name is repeated. 0, or -EINVAL or -ENOMEM and the reason.
 */
int suite_grid__add(struct suite_grid *grid, const char *name, const char *list, struct fault *why);
void suite_grid__free(struct suite_grid *grid);

struct cell {
	const struct method *method;
	struct shape shape;
	unsigned int runs;
	size_t program;		  /* which one it execs */
	const char *program_name; /* in its key; NULL: not an axis here */
	bool skipped;		  /* no samples */
	bool broken;		  /* no more samples */
	bool late;		  /* since a block reached the time limit */
	struct fault reason;	  /* why skipped or broken */
};

struct cells {
	struct cell *v;
	size_t n;
};

/*
 * Adds all combinations of the lists of `grid`. Lists of `override` (may be NULL) that are not
 * empty replace those of `grid`. A cell that exists already gets the larger number of runs. 0, or
 * -EINVAL or -ENOMEM and the reason.
 */
int cells__expand(struct cells *cells, const struct suite_grid *grid,
		  const struct suite_grid *override, struct fault *why);

/*
 * Makes the program an axis of the cells that exec: each becomes one for each of the `n` names,
 * which it borrows. 0, or -EINVAL or -ENOMEM and the reason.
 */
int cells__add_programs(struct cells *cells, char *const *names, size_t n, struct fault *why);
void cells__free(struct cells *cells);
