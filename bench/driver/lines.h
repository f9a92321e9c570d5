/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Prints the lines of bench/shared/protocol.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "bench/methods/stage.h"
#include "bench/parent/parent.h"
#include "bench/suite/grid.h"

/* All lines up to `ready`. */
void lines_grid(FILE *out, const struct cells *cells, uint64_t seed);

void lines_skip(FILE *out, size_t id, const struct cell *cell);
void lines_broken(FILE *out, size_t id, const struct cell *cell);
void lines_parent(FILE *out, size_t id, pid_t pid, const struct parent_facts *facts);
void lines_busy(FILE *out);
void lines_sample(FILE *out, size_t id, const struct sample *sample);
void lines_done(FILE *out, size_t id, unsigned int started, unsigned int failed);
