/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/* Adds the sizes of the parent at which a method is more expensive than ROW_REFERENCE, if known. */
void answers__add_crossing(struct answers *answers, const struct rows *rows, const char *method);
