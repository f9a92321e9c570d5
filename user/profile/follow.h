/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The records of a trace become births, while it goes on. */
#pragma once

#include "user/probe/sources.h"
#include "user/profile/sinks.h"
#include "user/profile/trace.h"
#include "user/profile/watch.h"

/*
 * Passes every birth to the sinks until the trace has ended and no record is left. Stops early if
 * `to` fails. `view` is kept up to date meanwhile; NULL: there is none. Sets to->run.end.births,
 * the births received. 0 or -errno.
 */
int follow_births(struct trace *t, struct sinks *to, const struct source_choice *choice,
		  struct watch *view);
