/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Births as a trace for ui.perfetto.dev and speedscope: Chrome's JSON trace event format, in its
 * form as an array. A track for each process, also of those that had one id, phases as slices,
 * births as flows from the parent to the child, copy-on-write faults as counters.
 */
#ifndef SPAWNSCOPE_PERFETTO_H
#define SPAWNSCOPE_PERFETTO_H

#include <stdio.h>

#include "user/model/birth.h"

struct perfetto;

/*
 * Writes to `out`, which stays the caller's. `start` is the trace's zero, CLOCK_MONOTONIC ns. NULL:
 * out of memory.
 */
struct perfetto *perfetto__new(FILE *out, int64_t start);
/*
 * A birth that is not over yet; before the child's own, if there is a choice: then these are known
 * from those of another process that had its id. 0 or -errno.
 */
int perfetto__begin(struct perfetto *p, const struct birth *b);
/* A birth that is over. 0 or -errno. */
int perfetto__birth(struct perfetto *p, const struct birth *b);
/* Ends the array and flushes it, and frees p; 0 or the first -errno. Accepts NULL. */
int perfetto__finish(struct perfetto *p);

#endif
