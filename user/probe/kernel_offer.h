/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: what this kernel lets us attach, found in its BTF and by trying. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bench/shared/fault.h"
#include "user/probe/sources.h"

struct btf;
struct kernel_offer;

/*
 * Reads the kernel's BTF, or that of the file `path` if it is not NULL, once for `names`
 * (functions, and raw tracepoints as "btf_trace_NAME") and for the types of an object, and tries a
 * trampoline, and a kprobe where that fails. 0, or -errno with one line in `why`: -ENOENT for a
 * kernel without BTF, -EPERM without the privileges for BPF, -EACCES if probes may not read the
 * kernel's memory.
 */
int kernel_offer__new(const char *path, const char *const *names, size_t count,
		      const struct btf *object, struct kernel_offer **offer, struct fault *why);
void kernel_offer__free(struct kernel_offer *o);

/* NULL if probes of this kind can be tried here, else one line that says why not. */
const char *kernel_offer__refusal(const struct kernel_offer *o, enum source_kind kind);

/*
 * NULL if BTF has the name, which must be one of those given to kernel_offer__new, with this first
 * parameter (struct source; NULL: any). Else what is wrong, for a line that ends with the name.
 */
const char *kernel_offer__lacks(const struct kernel_offer *o, const char *name,
				const char *parameter);

/*
 * The path of a file with the part of the kernel's BTF that the object needs (core_btf.h), valid as
 * long as o; NULL if it could not be made, and the whole BTF must do.
 */
const char *kernel_offer__core_btf(const struct kernel_offer *o);
int kernel_offer__core_fd(const struct kernel_offer *o); /* its descriptor, or -errno */

/* Whether this kernel may preempt a task that is inside a program: true unless it says otherwise.
 */
bool kernel_offer__preempts(const struct kernel_offer *o);

/* The BTF id of one of the names; 0: none. */
unsigned int kernel_offer__btf_id(const struct kernel_offer *o, const char *name);
unsigned int kernel_offer__task_type(const struct kernel_offer *o); /* of struct task_struct */

/*
 * The id of a tracepoint ("syscalls", "sys_enter_clone") for perf_event_open; -errno if there is
 * none. Where tracefs is not mounted it is opened without a mount point, so that nothing changes
 * for others.
 */
int kernel_offer__tracepoint_id(struct kernel_offer *o, const char *group, const char *name);
