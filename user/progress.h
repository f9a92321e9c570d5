/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A bar on standard error while something long runs; nothing unless that is a terminal. */
#ifndef SPAWNSCOPE_PROGRESS_H
#define SPAWNSCOPE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress;

struct progress *progress__new(size_t steps, bool quiet); /* NULL is fine for the others */
void progress__step(struct progress *p);
void progress__free(struct progress *p); /* clears the line */

#endif
