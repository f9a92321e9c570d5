/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Of the kernel's types those that a BPF object names, for libbpf to relocate its accesses by
 * (CO-RE). It goes through all types that it is given for each struct that a program steps into,
 * which with the kernel's 120,000 takes a millisecond each.
 */
#ifndef SPAWNSCOPE_CORE_BTF_H
#define SPAWNSCOPE_CORE_BTF_H

#include "user/probe/kernel_btf.h"

/*
 * A descriptor of a file in memory with the BTF of every struct, union, enum and typedef of the
 * kernel that has the name of one in `object`, and of what these hold, but not of what they point
 * to. Or -errno.
 */
int core_btf_file(const struct kernel_btf *kernel, const struct btf *object);

#endif
