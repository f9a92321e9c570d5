/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copy-on-write faults of traced parents, and of children that still share their pages, by either:
 *
 *  - do_wp_page() and do_huge_pmd_wp_page(), entry and return. The page was copied if the PTE's
 * page frame differs, which also works where wp_page_copy() is inlined.
 *  - tracepoints. exceptions:page_fault_user, and page_fault_kernel for the kernel's own writes to
 *    user memory, mark a write to a present PTE. The software event of mm_account_fault() (since
 *    5.9) marks the end. The page was copied if a movable page was allocated in between. A reused
 *    2 MiB mapping looks like one 4 KiB page.
 */
#pragma once

#include "bpf/arch.bpf.h"
#include "bpf/tasks.bpf.h"

/* arch/x86/include/asm/trap_pf.h: a protection fault, on a write */
#define FAULT_PRESENT_WRITE 0x3

#define GFP_MOVABLE 0x08 /* ___GFP_MOVABLE: set for user pages, not for slab and page tables */

#define VM_FAULT_FALLBACK                                                                          \
	0x000800 /* include/linux/mm_types.h: split, then handled as 4 KiB pages */

/* In a profile: makes a thread a target if its group leader is one. `s` is its slot, or NULL. */
static __always_inline struct slot *cow_thread(struct slot *s, struct task_struct *current)
{
	__u32 tid = current_tid(current), tgid = current_tgid(current);
	struct slot *leader = tid == tgid ? NULL : slot_find(tgid);

	if (!leader || !(leader->state & TASK_TARGET))
		return NULL;
	if (!s)
		s = slot_claim(tid, tgid);
	if (s)
		s->state |= TASK_TARGET;
	return s;
}

/* The current task's slot if its COW faults count. */
static __always_inline struct slot *cow_task(struct task_struct *current)
{
	struct slot *s = slot_find(current_tid(current));

	if (s && (s->state & (TASK_TARGET | TASK_COPIED)))
		return s;
	return PROFILING ? cow_thread(s, current) : NULL;
}

/* In a profile the leader's slot counts the faults of all threads, since they share the mm. */
static __always_inline struct cow_counts *cow_total(struct slot *s, struct task_struct *current)
{
	__u32 tgid = current_tgid(current);
	struct slot *leader = s->tid == tgid ? NULL : slot_find(tgid);

	return leader ? &leader->cow.total : &s->cow.total;
}

enum cow_kind { COW_COPIED, COW_REUSED, COW_HUGE, COW_UNSEEN };

static __always_inline void cow_count_shared(struct cow_counts *to, __u64 ns, enum cow_kind kind)
{
	__sync_fetch_and_add(&to->ns, ns);
	__sync_fetch_and_add(&to->faults, 1);
	if (kind == COW_COPIED)
		__sync_fetch_and_add(&to->copied, 1);
	else if (kind == COW_REUSED)
		__sync_fetch_and_add(&to->reused, 1);
	else if (kind == COW_HUGE)
		__sync_fetch_and_add(&to->huge, 1);
}

static __always_inline void cow_begin(struct slot *s, __u64 orig_pte, struct task_struct *current)
{
	s->state |= TASK_IN_COW;
	s->cow.orig_pte = orig_pte;
	s->cow.copies = 0;
	s->cow.huge = 0;
	s->cow.start = on_cpu_clock(s, current);
}

/* Ends the current fault. `kind` must be a constant. */
static __always_inline void cow_end(struct slot *s, enum cow_kind kind, struct task_struct *current)
{
	__u64 ns = on_cpu_clock(s, current) - s->cow.start;

	s->state &= ~TASK_IN_COW;
	if (PROFILING) {
		cow_count_shared(cow_total(s, current), ns, kind);
		return;
	}
	s->cow.total.ns += ns;
	s->cow.total.faults++;
	if (kind == COW_COPIED)
		s->cow.total.copied++;
	else if (kind == COW_REUSED)
		s->cow.total.reused++;
	else if (kind == COW_HUGE)
		s->cow.total.huge++;
}

static __always_inline bool in_cow(const struct slot *s)
{
	return s && (s->state & TASK_IN_COW);
}

static __always_inline void cow_pte_enter(struct vm_fault *vmf)
{
	struct task_struct *current = current_task();
	struct slot *s = cow_task(current);

	if (!s || BPF_CORE_READ(vmf, vma, vm_flags) & VM_SHARED)
		return;
	s->cow.vmf = vmf;
	cow_begin(s, BPF_CORE_READ(vmf, orig_pte.pte), current);
}

/* vmf is on a caller's stack and page tables are in the direct map: both outlive the fault. */
static __always_inline void cow_pte_exit(void)
{
	struct task_struct *current = current_task();
	struct slot *s = cow_task(current);
	unsigned long pte = 0;
	struct vm_fault *vmf;

	if (!in_cow(s))
		return;
	vmf = s->cow.vmf;
	if (bpf_probe_read_kernel(&pte, sizeof(pte), BPF_CORE_READ(vmf, pte)))
		cow_end(s, COW_UNSEEN, current);
	else if ((pte & PTE_PFN_MASK) != (s->cow.orig_pte & PTE_PFN_MASK))
		cow_end(s, COW_COPIED, current);
	else
		cow_end(s, COW_REUSED, current);
}

static __always_inline void cow_pmd_enter(void)
{
	struct task_struct *current = current_task();
	struct slot *s = cow_task(current);

	if (s)
		cow_begin(s, 0, current);
}

/* A fault that falls back counts where it is then handled, page by page. */
static __always_inline void cow_pmd_exit(long ret)
{
	struct task_struct *current = current_task();
	struct slot *s = cow_task(current);

	if (!in_cow(s))
		return;
	if (ret & VM_FAULT_FALLBACK) {
		s->state &= ~TASK_IN_COW;
		(PROFILING ? cow_total(s, current) : &s->cow.total)->ns +=
			on_cpu_clock(s, current) - s->cow.start;
		return;
	}
	cow_end(s, COW_HUGE, current);
}

static __always_inline void cow_fault(unsigned long address, unsigned long error_code)
{
	struct task_struct *current;
	struct slot *s;

	if ((error_code & FAULT_PRESENT_WRITE) != FAULT_PRESENT_WRITE)
		return;
	current = current_task();
	s = cow_task(current);
	if (!s)
		return;
	s->cow.address = address;
	cow_begin(s, 0, current);
}

static __always_inline void cow_page_alloc(unsigned int order, unsigned int gfp)
{
	struct slot *s;

	if (!(gfp & GFP_MOVABLE))
		return;
	s = cow_task(current_task());
	if (!s || !(s->state & TASK_IN_COW))
		return;
	s->cow.copies++;
	s->cow.huge += order == 9;
}

/* A refused fault (SIGSEGV, EFAULT) is not accounted: then this event belongs to another fault. */
static __always_inline void cow_accounted(__u64 address)
{
	struct task_struct *current = current_task();
	struct slot *s = cow_task(current);

	if (!in_cow(s))
		return;
	if (s->cow.address != address)
		s->state &= ~TASK_IN_COW;
	else if (s->cow.huge)
		cow_end(s, COW_HUGE, current);
	else if (s->cow.copies)
		cow_end(s, COW_COPIED, current);
	else
		cow_end(s, COW_REUSED, current);
}
