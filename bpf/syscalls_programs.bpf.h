/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The program that counts system calls; part of bpf/spawnscope.bpf.c. */
#pragma once

#include "bpf/arch.bpf.h"
#include "bpf/program.bpf.h"

static __always_inline void child_syscall(long nr)
{
	struct slot *s = execing(current_tid(current_task()));

	if (s && count_all && !(s->state & TASK_UNWANTED))
		syscalls_count(s, is_compat() ? SYSCALL_COMPAT : (__u32)nr);
}

/*
 * By a perf event, which runs with preemption off. As a BTF tracepoint it can be preempted on
 * recent kernels (seen on 7.2), and is skipped for other tasks meanwhile.
 */
EVENT("raw_syscalls/sys_enter", event_child_syscalls(struct syscall_enter *ctx),
      child_syscall((long)ctx->nr))
