/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/* Adds what a MiB of the parent costs, and a unit of each other axis of numbers that varies. */
void answers__add_slopes(struct answers *answers, const struct rows *rows);
