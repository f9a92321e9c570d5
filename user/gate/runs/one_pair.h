/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "user/gate/compare/verdict.h"
#include "user/model/run.h"

/*
 * Of a comparison of one run a side that times left open: says so in the first line, with the
 * change seen and the command that decides. Other reports stay as they are.
 */
void gate_say_one_pair(struct gate_report *r, const struct run *a, const struct run *b);
