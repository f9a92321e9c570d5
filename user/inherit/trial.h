/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes a trial: a parent, which sets a property, and its child. */
#pragma once

#include "user/inherit/cell.h"
#include "user/inherit/method.h"

/* Maps the memory for all trials. NULL and errno. */
struct cell *trial_new(void);
void trial_free(struct cell *c);

/* Makes one, and leaves no process; c->absent says why it found nothing. */
void trial_make(struct cell *c, size_t property, const struct method *m);
