/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The task that runs the program. */
#pragma once

#include "bpf/kernel_types.h"

/* Reads a field by a plain load, where the verifier knows the pointer; else BPF_CORE_READ. */
#define DIRECT(pointer, field) ((pointer)->field)

/* 5.11, 3ca1032ab7ab: the verifier knows a pointer to the current task. */
#define KNOWS_CURRENT bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)

/* Pass it on: each call of a helper costs a dozen instructions. */
static __always_inline struct task_struct *current_task(void)
{
	if (KNOWS_CURRENT)
		return (struct task_struct *)bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

/* Its ids. */
static __always_inline __u32 current_tid(struct task_struct *current)
{
	return KNOWS_CURRENT ? (__u32)current->pid : (__u32)bpf_get_current_pid_tgid();
}

static __always_inline __u32 current_tgid(struct task_struct *current)
{
	return KNOWS_CURRENT ? (__u32)current->tgid : bpf_get_current_pid_tgid() >> 32;
}

static __always_inline struct task_struct *current_task_and_tid(__u32 *tid)
{
	struct task_struct *current;

	if (KNOWS_CURRENT) {
		current = (struct task_struct *)bpf_get_current_task_btf();
		*tid = current->pid;
	} else {
		current = (struct task_struct *)bpf_get_current_task();
		*tid = bpf_get_current_pid_tgid();
	}
	return current;
}

/* Set before loading; 0 where the kernel has no bpf_rdonly_cast() (6.2, a35b9af4ec2c). */
const volatile __u32 task_type; /* BTF id of struct task_struct */

/* Not a helper: user/probe/program_btf.c makes a call of bpf_rdonly_cast() of it. */
static void *(*const cast_call)(const void *object, __u32 type) = (void *)CAST_CALL;

/*
 * The same task, to follow pointers from. Where a program follows one from a task that the verifier
 * trusts, that searches all of BTF for names up to four times, which takes 0.8 ms in all (6.18,
 * btf_nested_type_is_trusted), and again for each path that leads there.
 */
static __always_inline struct task_struct *untrusted(struct task_struct *task)
{
	__u32 type = task_type;

	return type ? cast_call(task, type) : task;
}

/* No load that the compiler repeats after each call, since it could have changed. */
static __always_inline bool flag(const bool *set_before_loading)
{
	__u64 value;

	asm("%0 = *(u8 *)(%1 + 0)" : "=r"(value) : "r"(set_before_loading));
	return value;
}

#define PROFILING flag(&profiling)
#define PREEMPTS  flag(&preempts)
