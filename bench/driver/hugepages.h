/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reserves huge pages (hugetlb) for the driver, and gives them back when it ends, however it ends:
 * a small process does both, and outlives it for that.
 */
#pragma once

#include <stdint.h>

#include "bench/shared/fault.h"

/*
 * So many pages of 2 MiB are free afterwards: those that lack are added, if this process may. Call
 * it once. 0, or -errno and the reason; then nothing has changed.
 */
int hugepages_reserve(int64_t pages, struct fault *why);

/*
 * Gives back what such a process left that was killed itself, if this one may: another driver's, or
 * at the end our own. Call it before anything else: it takes over PAGES_HUGETLB_VARIABLE
 * (bench/shared/hugetlb.h).
 */
void hugepages_undo_left(void);
