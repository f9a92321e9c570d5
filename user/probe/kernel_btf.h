/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Inside probe: the running kernel's BTF, or a file with it, read in place. libbpf (up to 1.5)
 * copies its 5 MB first, which takes a fifth of the time to attach.
 */
#pragma once

#include <bpf/btf.h>
#include <stdbool.h>

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

struct kernel_btf;

/*
 * Opens KERNEL_BTF or another file. 0, or -errno: of reading it; -EINVAL if it is no regular file,
 * or no BTF as far as known.
 */
int kernel_btf__open(const char *path, struct kernel_btf **btf);
void kernel_btf__close(struct kernel_btf *b); /* accepts NULL */

/* Whether both are the same bytes. */
bool kernel_btf__same(const struct kernel_btf *a, const struct kernel_btf *b);

/* One more than the highest type id. */
__u32 kernel_btf__count(const struct kernel_btf *b);

/* NULL for void (id 0) and for ids that no type has. Valid as long as b is open. */
const struct btf_type *kernel_btf__type(const struct kernel_btf *b, __u32 id);

/* "" for a type without a name. */
const char *kernel_btf__name(const struct kernel_btf *b, const struct btf_type *type);

/* At a name_off of BTF; "" outside of it. */
const char *kernel_btf__string(const struct kernel_btf *b, __u32 offset);
