/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a profile prints at its end. */
#pragma once

#include <stdbool.h>

#include "user/profile/options.h"
#include "user/profile/sinks.h"
#include "user/profile/trace.h"
#include "user/table/profile.h"

/* False if standard output is a file of lines or a trace, into which nothing else may come. */
bool summary_is_wanted(const struct profile_command *o);

/* Adds the counts of a trace that has ended, which no file has. */
void summary_add_trace(struct profile_summary *s, const struct trace *t);

/* Sets the end line of a result file but for `births`. 0 or -ENOMEM. */
int summary_set_end(struct run *r, const struct trace *t);

/* Prints the summary or, with --json, the what-if lines. 0 or -errno. */
int summary_print(struct profile_summary *s, const struct profile_command *o, struct sinks *from);
