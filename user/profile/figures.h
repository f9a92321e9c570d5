/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The figures of a calibration from the cells of its bench. Pure. */
#pragma once

#include "user/model/calibration.h"

struct run;

/* The cell of a run with these keys, or NULL. */
const struct cell *figures_cell(const struct run *r, const char *method, int64_t bytes,
				const char *pages);

/* A cell that is missing or unusable makes its figure absent, with the reason. NULL: no memory. */
struct calibration *calibration__of(const struct run *r);
