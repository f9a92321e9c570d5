/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The marks of runs that `gate --ab --keep` kept, so that they can be decided again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "user/model/run.h"

/* The value for the option of bench that sets it. */
void gate_kept_mark(const char *group, size_t n, unsigned int planned, char *text, size_t size);

/* Whether all runs are from one --ab, each once. *planned becomes its number of pairs at most. */
bool gate_kept(const struct run *runs, size_t count, unsigned int *planned);

/* Whether any run is of the group. */
bool gate_kept_has(const struct run *runs, size_t count, const char *group);

/* Moves run `n` of a group to *to. False if it is missing. */
bool gate_kept_take(struct run *runs, size_t count, const char *group, size_t n, struct run *to);
