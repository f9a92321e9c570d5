/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* --watch: a view of the births on the terminal, which redraws and obeys keys. */
#pragma once

#include "bench/shared/fault.h"
#include "user/profile/sinks.h"
#include "user/profile/trace.h"

struct watch;

/*
 * Takes the terminal; complaints are held from now on. The trace runs, and the sinks are open: sets
 * s->watch. 0, or -errno with one line in `why`; *watch then is NULL.
 */
int watch__open(struct watch **watch, struct trace *t, struct sinks *s, struct fault *why);

/* Call it often: obeys keys, and redraws when it is time. Sets t->stop to end the trace. */
void watch__step(struct watch *w); /* accepts NULL */

/* Gives the terminal back as it was, and prints the complaints. Accepts NULL. */
void watch__close(struct watch *w);
