/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Runs that `gate --ab --keep` has left: what each was taken for, so that it can be decided again.
 */
#ifndef SPAWNSCOPE_GATE_KEPT_H
#define SPAWNSCOPE_GATE_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "user/model/run.h"

/* For the option of bench that sets it. */
void gate_kept_mark(const char *group, size_t n, unsigned int planned, char *text, size_t size);

/* Whether the runs are of one --ab, each once; *planned becomes the number of its pairs at most. */
bool gate_kept(const struct run *runs, size_t count, unsigned int *planned);

bool gate_kept_has(const struct run *runs, size_t count, const char *group);

/* Moves run `n` of a group out of those that are there. False if it is not. */
bool gate_kept_take(struct run *runs, size_t count, const char *group, size_t n, struct run *to);

#endif
