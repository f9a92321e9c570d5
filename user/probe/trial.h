/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside probe: tries a kind of probe with a program of a few instructions and a birth of our own.
 */
#pragma once

#include "bench/shared/fault.h"

/*
 * A trampoline on a function that each clone calls, by its BTF id. 0 if it fires. -ENODATA with one
 * line in `why` if it attaches and does not fire; another -errno if it does not attach.
 */
int trial_fentry(unsigned int btf_id, struct fault *why);
int trial_kprobe(const char *function, struct fault *why); /* the same */

/* Whether programs may read the kernel's memory: -EACCES if a lockdown forbids it, else 0. */
int trial_reads(void);

/* Where struct task_struct has these, in bytes. */
struct trial_task {
	long pid, tgid, comm;
};

/* Whether the running task has them there. 0; -EINVAL: it has not; or another -errno. */
int trial_task(const struct trial_task *at);
