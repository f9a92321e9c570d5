/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Makes the anatomy of what the emulator's plugin wrote. */
#pragma once

#include "bench/shared/fault.h"
#include "user/anatomy/births.h"
#include "user/anatomy/raw.h"
#include "user/anatomy/symbols.h"
#include "user/model/call_tree.h"

/*
 * Fills in births, nodes, phases, unresolved, metrics and names; medians over the births. 0, or
 * -ENOMEM with one line in `why`. Free *t in either case.
 */
int anatomy_build(struct call_tree *t, const struct raw *raw, const struct raw_births *births,
		  const struct symbols *symbols, struct fault *why);
