/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What made B longer, by function: `spawnscope anatomy` of the worst cell, on both sides. */
#pragma once

#include "user/gate/compare/verdict.h"
#include "user/gate/options.h"
#include "user/model/run.h"

/*
 * On a regression between two kernels or two programs in the lab, or where --explain asks for it:
 * adds the cause to the report's headline, or a note why there is none. The verdict stays. 0 or
 * -ENOMEM. `of_b` has the cells.
 */
int gate_explain(const struct gate_options *o, const struct run *of_b, struct gate_report *r);
