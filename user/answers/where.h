/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/* Adds in which phase most of the longest call is spent. */
void answers__add_where(struct answers *answers, const struct rows *rows);
