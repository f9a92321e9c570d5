/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* spawnscope-child as a dynamic program, and libraries for it: files in memory. */
#pragma once

#include "bench/methods/stage.h"
#include "bench/shared/fault.h"

/* Executes the dynamic program in place of the static one. 0, or -errno and the reason. */
int dynamic_use(struct stage *stage, struct fault *why);

/*
 * Makes every program that this process starts load `count` libraries, and verifies that with the
 * stage's. 0, or -errno and the reason.
 */
int dynamic_preload(const struct stage *stage, int count, struct fault *why);
