/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a bench takes: each cell of the driver's grid with each probe set. A pair of the two is a
 * cell of the run, and the probe set its value of the axis `trace`.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bench/shared/plan.h"
#include "user/bench/beside.h"
#include "user/bench/options.h"
#include "user/driver/driver.h"
#include "user/model/run.h"
#include "user/probe/probe.h"

/* `none`, `phases`, `all`, and, for the suite `overhead`, each source alone and those beside. */
#define SCHEDULE_SETS_MAX (SOURCES_MAX + 3 + BESIDE_COUNT)

struct schedule_set {
	char name[64];		   /* the value of the axis `trace` */
	enum probe_set set;	   /* PROBE_SET_NONE if one of the next two is set */
	const struct source *only; /* attach this source alone; or NULL */
	enum beside beside;	   /* or attach these; or BESIDE_NONE */
};

struct schedule_slot {
	ssize_t cell;	  /* index in the run; -1: not taken */
	unsigned int due; /* samples that are still missing */
	bool written;	  /* the cell is in the result file */
};

struct schedule {
	/* In the order of the first round. `all` is first: it shows which methods share memory. */
	struct schedule_set sets[SCHEDULE_SETS_MAX];
	size_t set_count;
	struct plan_want *wants; /* indexes: a cell of the grid, and one of `sets` */
	size_t want_count;
	struct schedule_slot (*slots)[SCHEDULE_SETS_MAX]; /* for each cell of the grid */
	bool *shares_mm; /* for each cell of the grid: its births had CLONE_VM */
};

/*
 * Adds the cells to `run`, in the order of the grid. A cell that the driver skips is added once.
 * `probe` is NULL if nothing is traced. 0 or -ENOMEM.
 */
int schedule__make(struct schedule *s, const struct driver_grid *g, const struct probe *probe,
		   const struct bench_options *options, struct run *run);

/* The set of those beside to attach for a block that has them. */
enum probe_set schedule__set_beside(const struct schedule *s, const struct plan_block *block);

/* The probe set to attach for a block: without the probes that its method cannot run into. */
enum probe_set schedule__set_of(const struct schedule *s, const struct plan_block *block);

void schedule__free(struct schedule *s);
