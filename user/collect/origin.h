/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* For every phase of a run and of its cells: which source its values have, or why there are none.
 */
#ifndef SPAWNSCOPE_ORIGIN_H
#define SPAWNSCOPE_ORIGIN_H

#include "user/model/phase.h"
#include "user/model/run.h"
#include "user/probe/sources.h"

/* Each returns 0 or -ENOMEM. `choice` is NULL if nothing was attached. */

/* What this kernel gives for each phase, whatever the method. */
int origin_of_run(struct run *r, const struct source_choice *choice);

/* Of a profile: whether calls that fail are seen. */
int origin_of_failures(struct run *r, const struct source_choice *choice);

/* From the first life seen in a cell: which phases such a birth has, and their sources. */
int origin_learn(struct cell *cell, const struct life *life, const struct source_choice *choice);

/* Once the cell is complete: a phase that has a source but no value gets a reason instead. */
int origin_settle(struct cell *cell);

#endif
