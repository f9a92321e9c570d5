/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The few kernel fields that the probes read. CO-RE relocates each access to the field's place in
 * the running kernel, so these types need not be complete or in order, and the build needs no
 * kernel.
 */
#pragma once

#include <linux/types.h>
#include <stdbool.h>

#include "bpf/arch.h"

struct pt_regs;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	long counter;
} atomic_long_t;

typedef struct {
	long long counter;
} atomic64_t;

typedef struct {
	int counter;
} atomic_t;

struct percpu_counter {
	__s64 count;
	__s32 *counters;
};

/* Up to 6.13. Its tracepoints then have one argument more, the second: the path itself. */
struct trace_event_raw_mmap_lock {
	__u32 __data_loc_memcg_path; // NOLINT(bugprone-reserved-identifier): the kernel's name
};

/* Since 6.2 (f1a7941243c1): a per-CPU counter per kind of page. */
struct mm_struct {
	atomic_t mm_users;
	struct file *exe_file;
	unsigned long exec_vm;
	unsigned long start_code;
	unsigned long end_code;
	unsigned long start_stack;
	unsigned long arg_start;
	unsigned long arg_end;
	atomic_long_t pgtables_bytes;
	int map_count;
	struct percpu_counter rss_stat[4];
};

/* Up to 6.1. */
struct mm_rss_stat {
	atomic_long_t count[4];
};

struct mm_struct___v61 {
	struct mm_rss_stat rss_stat;
};

struct fdtable {
	unsigned int max_fds;
	unsigned long *open_fds;
};

struct files_struct {
	struct fdtable *fdt;
	unsigned long open_fds_init[1]; /* of a table of this size, which is part of it */
};

typedef struct {
	unsigned int val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct signal_struct {
	atomic_t live;
	int nr_threads;
};

struct thread_info {
	unsigned long flags;
	__u32 status; /* of x86 only */
};

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct bpf_iter__task {
	struct task_struct *task;
};

struct sched_entity {
	__u64 exec_start;
	__u64 sum_exec_runtime;
	__u64 nr_migrations;
};

/* Empty without CONFIG_SCHED_INFO. */
struct sched_info {
	unsigned long pcount;
	unsigned long long run_delay;
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	int pid;
	int tgid;
	unsigned int flags;
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct sched_entity se;
	struct sched_info sched_info;
	struct mm_struct *mm;
	void *fs;
	struct files_struct *files;
	void *vfork_done;
	struct signal_struct *signal;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	const struct cred *cred;
	char comm[16];
};

struct kernel_clone_args {
	__u64 flags;
	unsigned long stack;
};

struct super_block {
	__u32 s_dev;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct inode *f_inode;
	struct path f_path;
};

struct linux_binprm {
	const char *filename;
};

struct bpf_array {
	void *pptrs[1];
};

typedef struct {
	unsigned long pte;
} pte_t;

struct vm_area_struct {
	unsigned long vm_flags;
};

struct vm_fault {
	struct vm_area_struct *vma;
	pte_t *pte;
	pte_t orig_pte;
};

struct page;

#pragma clang attribute pop

/*
 * The context of a perf_event program: struct bpf_perf_event_data of include/uapi/linux, with this
 * machine's registers; clang would take those of the bpf target.
 */
struct perf_event_context {
	__u64 regs[STACK_REGISTERS];
	__u64 sample_period;
	__u64 addr;
};

/* include/linux/sched.h */
#define PF_EXITING    0x00000004
#define PF_FORKNOEXEC 0x00000040
#define PF_KTHREAD    0x00200000

/* include/linux/mm.h */
#define VM_SHARED 0x00000008

/* include/linux/mm_types_task.h: enum of rss_stat, unchanged since 4.5 */
#define MM_FILEPAGES  0
#define MM_ANONPAGES  1
#define MM_SHMEMPAGES 3
