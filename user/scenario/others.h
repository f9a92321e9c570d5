/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How long tasks ran that are none of some processes: kernel threads, and other programs. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct others_task {
	pid_t id;
	int64_t ran_ns; /* so far */
};

struct others {
	struct others_task *tasks; /* by id */
	size_t n;
};

/* All tasks now but those of `processes`. 0 or -ENOMEM; free *o anyway. */
int others__read(struct others *o, const pid_t *processes, size_t count);
void others__free(struct others *o);

/*
 * How long tasks of b, which was read now, have run since a, in ns; those that ran on `cpu` last. A
 * task that moved counts where it is, one that has ended does not. MISSING: the kernel does not say
 * (CONFIG_SCHED_INFO).
 */
int64_t others__since(const struct others *a, const struct others *b, int cpu);
