/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/* Adds how the calls failed that a limit was to make fail. Nothing where there are none. */
void answers__add_limits(struct answers *answers, const struct rows *rows);
