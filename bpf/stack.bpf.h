/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The caller's user registers and a piece of its stack, which the tool unwinds. Only in a profile
 * by stack. libc has no frame pointers, so bpf_get_stackid() would see only a frame or two.
 */
#pragma once

#include "bpf/tasks.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 25); /* some 1,900 stacks */
} stacks SEC(".maps");

static __always_inline void stack_take(struct record_stack *r, struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	r->bytes = 0;
	r->base = 0;
	if (bpf_probe_read_kernel(r->registers, sizeof(r->registers), regs))
		__builtin_memset(r->registers, 0, sizeof(r->registers));
	r->base = r->registers[REGISTER_SP] & ~(STACK_PIECE - 1ULL);
	/* Up to the first page that is not present, as after the end of the stack. */
#pragma unroll
	for (__u32 i = 0; i < STACK_BYTES / STACK_PIECE; i++) {
		if (bpf_probe_read_user(r->stack + i * STACK_PIECE, STACK_PIECE,
					(void *)(r->base + i * STACK_PIECE)))
			break;
		r->bytes += STACK_PIECE;
	}
}

/* Returns the number of the record; 0 if there is no user stack or no room. */
static __always_inline __u64 stack_emit(void)
{
	struct record_stack *r;
	struct task_struct *task;
	struct mm_struct *mm;
	__u64 id, number;

	/* 5.15, dd6e10fbd9fb; user/probe/profile_maps.c reports an older kernel */
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return 0;
	task = (struct task_struct *)bpf_get_current_task_btf();
	mm = task->mm;
	if (!mm)
		return 0;
	r = bpf_ringbuf_reserve(&stacks, sizeof(*r), 0);
	if (!r)
		return 0;
	id = bpf_get_current_pid_tgid();
	number = bpf_ktime_get_ns();
	r->head.kind = RECORD_STACK;
	r->head.tid = id;
	r->tgid = id >> 32;
	r->number = number;
	r->start_code = mm->start_code;
	r->end_code = mm->end_code;
	r->start_stack = mm->start_stack;
	r->code_pages = mm->exec_vm;
	stack_take(r, task);
	/* Wake the tool at once: it must read the memory map while the process lives. */
	bpf_ringbuf_submit(r, BPF_RB_FORCE_WAKEUP);
	return number;
}
