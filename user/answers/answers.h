/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/birth_sums.h"
#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/*
 * What a run shows, in sentences: the same in a page and in Markdown. All answers, in order;
 * `births` is NULL for a run without births.
 */
void answers__of(struct answers *answers, const struct rows *rows, const struct birth_sums *births);
