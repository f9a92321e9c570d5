/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Threads of this process that spawn at the same time (AXIS_spawners). The samples are so many
 * spawns in a row, whichever thread makes them: they begin when each thread has made one that does
 * not count, and all go on until the last sample has ended. So every sample meets the others.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/axes/axis.h"
#include "bench/methods/methods.h"
#include "bench/shared/fault.h"
#include "bench/shared/loader.h"
#include "bench/shared/program.h"

/* What all threads together started, with spawns that do not count. */
struct spawners_total {
	uint32_t started;
	uint32_t failed;
};

/*
 * Makes the threads of the shape, which wait; none if it has none. They may run on every CPU that
 * the driver may use, and so may their children, unless placement=same keeps all on one. 0, or
 * -errno and the reason.
 */
int spawners_start(const struct shape *shape, struct fault *why);

bool spawners_any(void);

/* Gives each thread what it needs to exec this program. 0, or -errno and the reason. */
int spawners_take_program(const struct shape *shape, const struct parent_memory *memory,
			  const struct program *program, const struct loader *loader,
			  struct fault *why);

/*
 * Takes `runs` samples, after at least `warmups` spawns that do not count. 0, or -errno and the
 * reason; then there are none.
 */
int spawners_take(const struct method *method, uint32_t warmups, uint32_t runs,
		  struct sample *samples, struct spawners_total *total, struct fault *why);
