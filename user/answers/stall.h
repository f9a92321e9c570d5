/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/birth_sums.h"
#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/*
 * Adds how long others waited: in a bench the touching threads, in a profile (`births`, else NULL)
 * the threads of processes that fork. Nothing where that was not measured.
 */
void answers__add_stall(struct answers *answers, const struct rows *rows,
			const struct birth_sums *births);
