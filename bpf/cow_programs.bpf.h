/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs that count copy-on-write faults; part of bpf/spawnscope.bpf.c. */
#pragma once

#include "bpf/program.bpf.h"

FENTRY(do_wp_page, cow_pte_enter(vmf), struct vm_fault *vmf)
KPROBE(do_wp_page, cow_pte_enter(vmf), struct vm_fault *vmf)
AT_RETURN(do_wp_page, cow_pte_exit())

AT_ENTRY(do_huge_pmd_wp_page, cow_pmd_enter())

/* Its parameters differ between kernels, so use bpf_get_func_ret() (5.17) for the result. */
SEC("?fexit/do_huge_pmd_wp_page")
int BPF_PROG(fexit_do_huge_pmd_wp_page)
{
	__u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	cow_pmd_exit(ret);
	return 0;
}

KRETPROBE(do_huge_pmd_wp_page, cow_pmd_exit(ret), long ret)

TRACEPOINT(page_fault_user, cow_fault(address, error_code), unsigned long address, void *regs,
	   unsigned long error_code)

/* The kernel's writes to user memory: results of system calls, the tid for CLONE_CHILD_SETTID. */
TRACEPOINT(page_fault_kernel, cow_fault(address, error_code), unsigned long address, void *regs,
	   unsigned long error_code)

TRACEPOINT(mm_page_alloc, cow_page_alloc(order, gfp), struct page *page, unsigned int order,
	   unsigned int gfp)

SEC("?perf_event")
int perf_page_fault(struct perf_event_context *ctx)
{
	cow_accounted(ctx->addr);
	return 0;
}
