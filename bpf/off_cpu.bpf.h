/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a task was off the CPU, preempted or blocked, by what the scheduler keeps of it: no
 * probe at context switches, which every task would pay.
 *
 * `exec_start` is when the scheduler last brought `sum_exec_runtime` up to date. Their difference
 * only grows when the task leaves the CPU and comes back, and the task itself reads it, on a CPU:
 * so it is exact, though the runtime alone is a tick behind. A tick that comes between the two
 * reads moves the runtime, so that is read once more. Both are of the run queue's clock,
 * which stands still in interrupts where the kernel accounts for these, so two CPUs' clocks differ:
 * over a migration only the wait for a CPU counts (`run_delay`, of a clock that all CPUs share).
 *
 * Most edges come with no switch since the last: `pcount` says so in one load. A running task has
 * come onto a CPU at least once, so 0 is of a kernel that does not count it (before 5.13,
 * sched_info_on() is false without SCHEDSTATS unless delays are accounted).
 */
#pragma once

#include "bpf/current.bpf.h"

struct off_cpu {
	__u64 ns;     /* from any start */
	__u64 pcount; /* at the last read: so often it came onto a CPU; 0: not read yet */
	__u64 gap;    /* exec_start - sum_exec_runtime then; and these two */
	__u64 migrations;
	__u64 run_delay;
};

#define OFF_CPU_READ(o, task, GET)                                                                 \
	do {                                                                                       \
		__u64 migrations, gap, runtime, start, again, delay = 0;                           \
                                                                                                   \
		if (bpf_core_field_exists(((struct sched_info *)0)->pcount)) {                     \
			__u64 pcount = GET(task, sched_info.pcount);                               \
                                                                                                   \
			if (pcount && pcount == (o)->pcount) /* never left the CPU */              \
				break;                                                             \
			(o)->pcount = pcount;                                                      \
		}                                                                                  \
		runtime = GET(task, se.sum_exec_runtime);                                          \
		barrier();                                                                         \
		start = GET(task, se.exec_start);                                                  \
		barrier();                                                                         \
		again = GET(task, se.sum_exec_runtime);                                            \
		barrier();                                                                         \
		if (again != runtime)                                                              \
			start = GET(task, se.exec_start);                                          \
		gap = start - again;                                                               \
		if (gap == (o)->gap) /* nor here */                                                \
			break;                                                                     \
		migrations = GET(task, se.nr_migrations);                                          \
		if (bpf_core_field_exists(((struct sched_info *)0)->run_delay))                    \
			delay = GET(task, sched_info.run_delay);                                   \
		(o)->ns +=                                                                         \
			migrations == (o)->migrations ? gap - (o)->gap : delay - (o)->run_delay;   \
		(o)->gap = gap;                                                                    \
		(o)->migrations = migrations;                                                      \
		(o)->run_delay = delay;                                                            \
	} while (0)

static __always_inline void off_cpu_read_direct(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_READ(o, task, DIRECT);
}

static __always_inline void off_cpu_read_core(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_READ(o, task, BPF_CORE_READ);
}

/* Of the current task, which `o` must belong to. */
static __always_inline __u64 off_cpu_now(struct off_cpu *o, struct task_struct *current)
{
	if (KNOWS_CURRENT)
		off_cpu_read_direct(o, current);
	else
		off_cpu_read_core(o, current);
	return o->ns;
}
