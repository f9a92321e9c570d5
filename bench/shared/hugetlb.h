/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the kernel says of huge pages of hugetlb of 2 MiB, and where their number is set. */
#pragma once

#define PAGES_HUGETLB_POOL   "/sys/kernel/mm/hugepages/hugepages-2048kB"
#define PAGES_HUGETLB_NUMBER PAGES_HUGETLB_POOL "/nr_hugepages"

/*
 * In the environment of the driver: the descriptor by which the number can be written, opened by
 * who may, for one who may not.
 */
#define PAGES_HUGETLB_VARIABLE "SPAWNSCOPE_HUGETLB_FD"
