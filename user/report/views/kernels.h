/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Whether a page has the view of kernels, whose table has each time and phase of their runs. */
#pragma once

#include <stdbool.h>

#include "user/report/report.h"

/* Also false if memory is short. */
bool kernels_shown(const struct report *p);
