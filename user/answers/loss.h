/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/analysis/rows.h"
#include "user/answers/answer.h"

/* Adds whether the run is complete: it may have broken off, lost records or left births out. */
void answers__add_loss(struct answers *answers, const struct rows *rows);
