/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: the few kernel types that CO-RE needs, as BTF of their own. For each struct that a
 * program reads, libbpf compares the names of all types that it is given: with the kernel's 120,000
 * types that takes a millisecond per struct.
 */
#pragma once

#include "user/probe/kernel_btf.h"

/*
 * Writes a file in memory with the BTF of each struct, union, enum and typedef of `kernel` that has
 * the name of one in `object`, with the types of its members, but without what pointers point to.
 * Returns its descriptor, or -errno.
 */
int core_btf_file(const struct kernel_btf *kernel, const struct btf *object);
