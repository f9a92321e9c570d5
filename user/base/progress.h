/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A progress bar on standard error, if that is a terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct progress;

/* `what` names the steps: "blocks". Returns NULL if no bar is shown; the others accept that. */
struct progress *progress__new(size_t steps, bool quiet, const char *what);
void progress__step(struct progress *p);
void progress__free(struct progress *p); /* clears the line */
