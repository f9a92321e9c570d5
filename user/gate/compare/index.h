/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finds cells of a run by their key without the probe set: a file may have thousands. */
#pragma once

#include <stdint.h>

#include "user/model/run.h"

struct gate_index {
	const struct run *run;
	struct gate_index_found *found; /* the cells of the last key that was asked for */
	struct gate_index_entry {
		uint64_t hash;
		size_t cell;
	} * v; /* sorted by hash, then by place in the run */
};

/* 0 or -ENOMEM. The run must not change while the index is used. */
int gate_index__build(struct gate_index *index, const struct run *r);
void gate_index__free(struct gate_index *index);

/*
 * The next cell after `before` (NULL: the first) with the key of `like` and any probe set, in the
 * order of the run; NULL: there are no more.
 */
const struct cell *gate_index__next(const struct gate_index *index, const struct cell *like,
				    const struct cell *before);

/* The cell with the key of `like` and this probe set, or NULL. */
const struct cell *gate_index__find(const struct gate_index *index, const struct cell *like,
				    const char *probe_set);
