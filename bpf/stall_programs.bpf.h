/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs of the waits for an mmap_lock; part of bpf/spawnscope.bpf.c. 5.11, 2b5067a8143e. */
#pragma once

#include "bpf/program.bpf.h"
#include "bpf/stall.bpf.h"

PROGRAM("?tp_btf/mmap_lock_start_locking", BPF_PROG(stall_start, struct mm_struct *mm),
	stall_begin(mm, MMAP_LOCK_ARG(1)))
PROGRAM("?tp_btf/mmap_lock_acquire_returned", BPF_PROG(stall_got, struct mm_struct *mm),
	stall_end(MMAP_LOCK_ARG(2)))
