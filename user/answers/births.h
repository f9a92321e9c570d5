/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/birth_sums.h"
#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/* Adds the answers of a profile. */
void answers__add_births(struct answers *answers, const struct rows *rows,
			 const struct birth_sums *s);
