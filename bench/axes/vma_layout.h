/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Where the additional VMAs are. */
#pragma once

/* The values of AXIS_vma_layout. */
enum vma_layout {
	VMAS_ADJACENT, /* 512 of them share a page table */
	VMAS_APART,    /* each has a page table of its own */
	VMAS_WITHIN,   /* pieces of the parent's memory */
};
