/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The phases of births by the emulator's points, and what each function executed in them. */
#pragma once

#include "user/anatomy/sums.h"

/* Fills in phases; those that no birth, or only a few, have are left out. 0 or -ENOMEM. */
int anatomy_phases(struct call_tree *t, const struct sums *s);
