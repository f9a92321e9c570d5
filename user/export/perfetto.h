/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Births as a trace for ui.perfetto.dev and speedscope, in the array form of Chrome's JSON trace
 * event format. A track per process, even if several had the same id; lives, calls and phases as
 * slices, births as flows from parent to child; births a second, RSS at a birth and copy-on-write
 * faults as counters.
 */
#pragma once

#include <stdio.h>

#include "user/model/birth.h"

struct perfetto;

/* Borrows `out`. `start` is the trace's zero, CLOCK_MONOTONIC ns. NULL: out of memory. */
struct perfetto *perfetto__new(FILE *out, int64_t start);
/*
 * Registers a birth that is not over yet. Do this before the births that the child makes: it
 * assigns them to the right one of several processes with the same id. 0 or -errno.
 */
int perfetto__begin(struct perfetto *p, const struct birth *b);
/* Writes a birth that is over. 0 or -errno. */
int perfetto__birth(struct perfetto *p, const struct birth *b);
/* Ends and flushes the array, and frees p. 0 or the first -errno. Accepts NULL. */
int perfetto__finish(struct perfetto *p);
