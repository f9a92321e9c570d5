/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Of which pages the memory of AXIS_size consists. */
#pragma once

#include "bench/axes/axis.h"
#include "bench/axes/smaps.h"

/* The values of AXIS_pages; from PAGES_MTHP on, folios of 8 KiB and its multiples by two. */
enum pages_kind { PAGES_4K, PAGES_THP, PAGES_HUGETLB, PAGES_MTHP, PAGES_COUNT = PAGES_MTHP + 8 };

/* Those that are free and that nothing has a right to. */
int64_t pages_hugetlb_free(void);

/* How many a parent of the shape takes, and its child: 0 if it has other pages. */
int64_t pages_hugetlb_needed(const struct shape *shape);

/*
 * Those among them for copies: of each page that parent or child write, for each child that lives
 * at the same time. Without a free page for a copy, the kernel kills the child by SIGBUS.
 */
int64_t pages_hugetlb_copies(const struct shape *shape);

/*
 * Whether so many are free, with no fewer than `copies` for the children of other parents. 0, or
 * -ENOMEM and the reason, with the setting that helps.
 */
int pages_hugetlb_check(const struct shape *shape, int64_t copies, struct fault *why);

/* 0, or flags of mmap(2) that they need. */
int pages_map_flags(enum pages_kind pages);

/* Before the memory is touched. 0, or -errno and the reason. */
int pages_advise(enum pages_kind pages, const struct parent_memory *memory, struct fault *why);

/*
 * After it was touched, which took so many minor faults. 0, or -errno and the reason, with the
 * setting that may help.
 */
int pages_verify(enum pages_kind pages, const struct smaps_facts *facts, int64_t bytes,
		 int64_t faults, struct fault *why);
