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
 */
#pragma once

#include "bpf/kernel_types.h"

struct off_cpu {
	__u64 ns;  /* since the begin */
	__u64 gap; /* exec_start - sum_exec_runtime at the last read; and these two */
	__u64 migrations;
	__u64 run_delay;
};

/* GET reads a field: DIRECT, a plain load, where the verifier knows the pointer, or BPF_CORE_READ.
 */
#define DIRECT(pointer, field) ((pointer)->field)
#define OFF_CPU_READ(o, task, GET)                                                                 \
	do {                                                                                       \
		__u64 migrations, gap, start, again, delay = 0;                                    \
		__u64 runtime = GET(task, se.sum_exec_runtime);                                    \
                                                                                                   \
		barrier();                                                                         \
		start = GET(task, se.exec_start);                                                  \
		barrier();                                                                         \
		again = GET(task, se.sum_exec_runtime);                                            \
		barrier();                                                                         \
		if (again != runtime)                                                              \
			start = GET(task, se.exec_start);                                          \
		gap = start - again;                                                               \
		if (gap == (o)->gap) /* never left the CPU */                                      \
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
static __always_inline __u64 off_cpu_now(struct off_cpu *o)
{
	/* 5.11, 3ca1032ab7ab: returns a pointer that the verifier knows */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		off_cpu_read_direct(o, (struct task_struct *)bpf_get_current_task_btf());
	else
		off_cpu_read_core(o, (struct task_struct *)bpf_get_current_task());
	return o->ns;
}

static __always_inline void off_cpu_begin(struct off_cpu *o)
{
	off_cpu_now(o);
	o->ns = 0;
}
