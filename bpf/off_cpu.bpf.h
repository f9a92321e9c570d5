/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How long a task was off the CPU, preempted or blocked, by what the scheduler keeps of it: no
 * probe at context switches, which every task would pay.
 *
 * `exec_start` is when the scheduler last brought `sum_exec_runtime` up to date. Their difference
 * only grows when the task leaves the CPU and comes back, and the task itself reads it, on a CPU:
 * so it is exact, though the runtime alone is a tick behind. A tick that comes between the two
 * reads moves the runtime, so that is read once more.
 *
 * A task that leaves the CPU for one that was woken there has too much: the kernel does not read
 * its clock again for that switch (rq_clock_skip_update()), and takes the time of the wake-up,
 * after which the task had still run. Without preemption in the kernel that is until its call ends
 * or lets others run: 3 to 5 us of an execve that woke its parent, which vfork held. Where a phase
 * would have no time left, it is absent.
 *
 * Both are of the run queue's clock, which stands still in interrupts where the kernel accounts for
 * these, so two CPUs' clocks differ: over a migration only the wait for a CPU counts (`run_delay`,
 * of a clock that all CPUs share).
 *
 * Most edges come with no switch since the last: `pcount` says so in one load. A running task has
 * come onto a CPU at least once, so 0 is of a kernel that does not count it (before 5.13,
 * sched_info_on() is false without SCHEDSTATS unless delays are accounted).
 */
#pragma once

#include "bpf/current.bpf.h"

struct off_cpu {
	__u64 ns;	/* from any start */
	__u64 arrivals; /* pcount + 1 at the last read; 0: not read yet, or not counted */
	__u64 gap;	/* exec_start - sum_exec_runtime then; and these two */
	__u64 migrations;
	__u64 run_delay;
};

/* By two reads, of which a tick may move the second. */
#define OFF_CPU_GAP(task, GET)                                                                     \
	({                                                                                         \
		__u64 runtime = GET(task, se.sum_exec_runtime), start, again;                      \
                                                                                                   \
		barrier();                                                                         \
		start = GET(task, se.exec_start);                                                  \
		barrier();                                                                         \
		again = GET(task, se.sum_exec_runtime);                                            \
		barrier();                                                                         \
		if (again != runtime)                                                              \
			start = GET(task, se.exec_start);                                          \
		start - again;                                                                     \
	})

#define OFF_CPU_READ(o, task, GET)                                                                 \
	do {                                                                                       \
		__u64 arrivals = GET(task, sched_info.pcount) + 1, migrations, gap, delay;         \
                                                                                                   \
		if (arrivals == (o)->arrivals) /* never left the CPU */                            \
			break;                                                                     \
		(o)->arrivals = arrivals > 1 ? arrivals : 0;                                       \
		gap = OFF_CPU_GAP(task, GET);                                                      \
		if (gap == (o)->gap) /* nor here */                                                \
			break;                                                                     \
		migrations = GET(task, se.nr_migrations);                                          \
		delay = GET(task, sched_info.run_delay);                                           \
		(o)->ns +=                                                                         \
			migrations == (o)->migrations ? gap - (o)->gap : delay - (o)->run_delay;   \
		(o)->gap = gap;                                                                    \
		(o)->migrations = migrations;                                                      \
		(o)->run_delay = delay;                                                            \
	} while (0)

/*
 * From here on, from any start: what comes before is of no phase. If a tick comes between the two
 * reads, as it does once in a million, a later time off the CPU is up to a tick too short.
 */
#define OFF_CPU_RESTART(o, task, GET)                                                              \
	do {                                                                                       \
		__u64 arrivals = GET(task, sched_info.pcount) + 1, runtime;                        \
                                                                                                   \
		if (arrivals == (o)->arrivals)                                                     \
			break;                                                                     \
		(o)->arrivals = arrivals > 1 ? arrivals : 0;                                       \
		runtime = GET(task, se.sum_exec_runtime);                                          \
		barrier();                                                                         \
		(o)->gap = GET(task, se.exec_start) - runtime;                                     \
		(o)->migrations = GET(task, se.nr_migrations);                                     \
		(o)->run_delay = GET(task, sched_info.run_delay);                                  \
	} while (0)

/*
 * Of a new task where it first runs, its run queue still locked: it has not run yet, came onto a
 * CPU once, and if it was moved before that, off_cpu_now() takes what holds over migrations.
 */
#define OFF_CPU_START(o, task, GET)                                                                \
	do {                                                                                       \
		(o)->ns = 0;                                                                       \
		(o)->arrivals = 2;                                                                 \
		(o)->gap = GET(task, se.exec_start);                                               \
		(o)->migrations = 0;                                                               \
		(o)->run_delay = GET(task, sched_info.run_delay);                                  \
	} while (0)

static __always_inline void off_cpu_read_direct(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_READ(o, task, DIRECT);
}

static __always_inline void off_cpu_read_core(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_READ(o, task, BPF_CORE_READ);
}

static __always_inline void off_cpu_restart_direct(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_RESTART(o, task, DIRECT);
}

static __always_inline void off_cpu_start_direct(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_START(o, task, DIRECT);
}

static __always_inline void off_cpu_start_core(struct off_cpu *o, struct task_struct *task)
{
	OFF_CPU_START(o, task, BPF_CORE_READ);
}

/*
 * Without CONFIG_SCHED_INFO. Calls, so that nothing of the branch that leads here is left
 * elsewhere, not even its condition.
 */
static __noinline void off_cpu_read_unscheduled(struct off_cpu *o, struct task_struct *task)
{
	__u64 gap = OFF_CPU_GAP(task, BPF_CORE_READ);
	__u64 migrations = BPF_CORE_READ(task, se.nr_migrations);

	if (migrations == o->migrations)
		o->ns += gap - o->gap;
	o->gap = gap;
	o->migrations = migrations;
}

static __noinline void off_cpu_start_unscheduled(struct off_cpu *o, struct task_struct *task)
{
	o->gap = BPF_CORE_READ(task, se.exec_start);
	o->migrations = 0;
	o->ns = 0;
}

#define HAS_SCHED_INFO bpf_core_field_exists(((struct sched_info *)0)->pcount)

/* Of the current task, which `o` must belong to. */
static __always_inline __u64 off_cpu_now(struct off_cpu *o, struct task_struct *current)
{
	if (!HAS_SCHED_INFO)
		off_cpu_read_unscheduled(o, current);
	else if (KNOWS_CURRENT)
		off_cpu_read_direct(o, current);
	else
		off_cpu_read_core(o, current);
	return o->ns;
}

/* Likewise, where no time before is asked for. */
static __always_inline __u64 off_cpu_restart(struct off_cpu *o, struct task_struct *current)
{
	if (!HAS_SCHED_INFO || !KNOWS_CURRENT)
		return off_cpu_now(o, current);
	off_cpu_restart_direct(o, current);
	return o->ns;
}

/* Likewise, of a new task, where it first runs. */
static __always_inline void off_cpu_start(struct off_cpu *o, struct task_struct *current)
{
	if (!HAS_SCHED_INFO)
		off_cpu_start_unscheduled(o, current);
	else if (KNOWS_CURRENT)
		off_cpu_start_direct(o, current);
	else
		off_cpu_start_core(o, current);
}
