/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The types of the running kernel, looked at where they are. libbpf would copy them first, which
 * takes as long as all the rest of finding out what the kernel offers.
 */
#ifndef SPAWNSCOPE_KERNEL_BTF_H
#define SPAWNSCOPE_KERNEL_BTF_H

#include <bpf/btf.h>

struct kernel_btf;

/* 0, or -errno: of reading /sys/kernel/btf/vmlinux, or -EINVAL if it is no BTF that is known. */
int kernel_btf__open(struct kernel_btf **btf);
void kernel_btf__close(struct kernel_btf *btf); /* accepts NULL */

/* One more than the highest id of a type; 0 is the id of void. */
__u32 kernel_btf__count(const struct kernel_btf *btf);

/* NULL: void, or no type. As long as btf is open. */
const struct btf_type *kernel_btf__type(const struct kernel_btf *btf, __u32 id);

/* "": it has none. */
const char *kernel_btf__name(const struct kernel_btf *btf, const struct btf_type *type);

/* By what stands as name_off. */
const char *kernel_btf__string(const struct kernel_btf *btf, __u32 offset);

#endif
