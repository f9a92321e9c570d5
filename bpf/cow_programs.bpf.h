/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Programs that count copy-on-write faults; part of bpf/spawnscope.bpf.c. */
#pragma once

SEC("?fentry/do_wp_page")
int BPF_PROG(fentry_do_wp_page, struct vm_fault *vmf)
{
	cow_pte_enter(vmf);
	return 0;
}

SEC("?fexit/do_wp_page")
int BPF_PROG(fexit_do_wp_page)
{
	cow_pte_exit();
	return 0;
}

SEC("?kprobe/do_wp_page")
int BPF_KPROBE(kprobe_do_wp_page, struct vm_fault *vmf)
{
	cow_pte_enter(vmf);
	return 0;
}

SEC("?kretprobe/do_wp_page")
int BPF_KRETPROBE(kretprobe_do_wp_page)
{
	cow_pte_exit();
	return 0;
}

SEC("?fentry/do_huge_pmd_wp_page")
int BPF_PROG(fentry_do_huge_pmd_wp_page)
{
	cow_pmd_enter();
	return 0;
}

/* Its parameters differ between kernels, so use bpf_get_func_ret() (5.17) for the result. */
SEC("?fexit/do_huge_pmd_wp_page")
int BPF_PROG(fexit_do_huge_pmd_wp_page)
{
	__u64 ret = 0;

	bpf_get_func_ret(ctx, &ret);
	cow_pmd_exit(ret);
	return 0;
}

SEC("?kprobe/do_huge_pmd_wp_page")
int BPF_KPROBE(kprobe_do_huge_pmd_wp_page)
{
	cow_pmd_enter();
	return 0;
}

SEC("?kretprobe/do_huge_pmd_wp_page")
int BPF_KRETPROBE(kretprobe_do_huge_pmd_wp_page, long ret)
{
	cow_pmd_exit(ret);
	return 0;
}

SEC("?tp_btf/page_fault_user")
int BPF_PROG(tp_page_fault_user, unsigned long address, void *regs, unsigned long error_code)
{
	cow_fault(address, error_code);
	return 0;
}

/* The kernel's writes to user memory: results of system calls, the tid for CLONE_CHILD_SETTID. */
SEC("?tp_btf/page_fault_kernel")
int BPF_PROG(tp_page_fault_kernel, unsigned long address, void *regs, unsigned long error_code)
{
	cow_fault(address, error_code);
	return 0;
}

SEC("?tp_btf/mm_page_alloc")
int BPF_PROG(tp_mm_page_alloc, struct page *page, unsigned int order, unsigned int gfp)
{
	cow_page_alloc(order, gfp);
	return 0;
}

SEC("?perf_event")
int perf_page_fault(struct perf_event_context *ctx)
{
	cow_accounted(ctx->addr);
	return 0;
}
