/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Sets, for each phase of a run and its cells, the source of its values or why there are none. */
#pragma once

#include "user/model/phase.h"
#include "user/model/run.h"
#include "user/probe/sources.h"

/* Each returns 0 or -ENOMEM. `choice` is NULL if nothing was attached. */

/* For each phase, on this kernel, for any method. */
int origin_of_run(struct run *r, const struct source_choice *choice);

/* For a profile: whether failed calls are seen. */
int origin_of_failures(struct run *r, const struct source_choice *choice);

/* For a profile: what records the waits of others. For a bench: whether threads touch pages. */
int origin_of_stalls(struct run *r, const struct source_choice *choice);
int origin_of_touches(struct run *r, bool any);

/* From the first life seen in a cell: which phases such a birth has, and their sources. */
int origin_learn(struct cell *cell, const struct life *life, const struct source_choice *choice);

/* After the last sample: a phase with a source but without a value gets a reason instead. */
int origin_settle(struct cell *cell);
