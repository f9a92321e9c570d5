/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel side tells the tool: at most three records per process life,
 * each complete in itself and joined to the others by the child's tid. The
 * wire only: files and everything after collect.c use user/model/run.h.
 */
#ifndef SPAWNSCOPE_RECORD_H
#define SPAWNSCOPE_RECORD_H

#include <linux/types.h>

#include "bpf/phases.h"

/* Numbered explicitly; append only. */
enum record_kind {
	RECORD_BIRTH = 1,   /* a clone call returned, or failed */
	RECORD_EXEC = 2,    /* an execve returned, or failed */
	RECORD_DEATH = 3,   /* a process or thread ended */
	RECORD_LIFE = 4,    /* birth, exec and death in one, where nobody waits for the first */
	RECORD_COMMAND = 5, /* what an execve that succeeded was given */
	RECORD_STACK = 6,   /* the user registers and stack of who calls; in a ring of its own */
};

/* What the clone flags mean to a user of libc. */
enum clone_method {
	CLONE_METHOD_FORK = 1,	 /* own copy of the address space, nothing shared */
	CLONE_METHOD_VFORK = 2,	 /* CLONE_VM | CLONE_VFORK on the parent's stack */
	CLONE_METHOD_SPAWN = 3,	 /* CLONE_VM | CLONE_VFORK with a stack of its own: posix_spawn */
	CLONE_METHOD_THREAD = 4, /* CLONE_THREAD */
	CLONE_METHOD_OTHER = 5,	 /* any other mixture of shared parts */
};

/* Edges of one record kind stand together in enum edge, in this order. */
#define BIRTH_EDGE_FIRST EDGE_clone_enter
#define BIRTH_EDGE_COUNT (EDGE_clone_return + 1 - EDGE_clone_enter)
#define EXEC_EDGE_FIRST	 EDGE_first_run
#define EXEC_EDGE_COUNT	 (EDGE_exec_done + 1 - EDGE_first_run)
#define DEATH_EDGE_FIRST EDGE_exit_start
#define DEATH_EDGE_COUNT (EDGE_reaped + 1 - EDGE_exit_start)

struct record_head {
	__u32 kind;
	__u32 tid; /* of the child; 0 in a birth that failed */
};

/* Memory in pages, as the kernel counts it; page tables in bytes. */
struct mm_shape {
	__s64 rss_anon;
	__s64 rss_file;
	__s64 rss_shmem;
	__s64 page_table_bytes;
	__u32 vmas;
	__u32 known; /* 0: no mm to read */
};

struct cow_counts {
	__u64 ns;
	__u64 faults;
	__u64 copied;
	__u64 reused;
	__u64 huge;
};

/*
 * Edges: CLOCK_MONOTONIC ns; 0, or a time before the birth (of whoever had the slot until then),
 * where nothing marked them.
 */
#define EXE_NAME_MAX 32

struct record_birth {
	struct record_head head;
	__u32 child_tgid;
	__u32 parent_tgid;
	__u32 parent_tid;
	__s32 result;  /* the child's tid, or -errno */
	__u32 method;  /* enum clone_method */
	__u32 counted; /* what stands below the edges was read; else it holds anything */
	__u64 clone_flags;
	__u64 edge[BIRTH_EDGE_COUNT];
	__u32 parent_threads;
	__u32 parent_fds;
	__u64 copy_files_ns;
	__u64 copy_pages_ns;
	struct mm_shape parent; /* the parent at that moment */
	struct mm_shape copy;	/* the child's mm just after the copy; not known with CLONE_VM */
	__u64 cgroup_id;
	char comm[16]; /* of the parent */
	/* In a profile only: who the parent is. */
	__u64 exe_inode; /* of the program that it runs; 0 for a kernel thread */
	__u32 exe_device;
	__u32 uid;
	char exe_name[EXE_NAME_MAX]; /* the last part of its path */
	__u64 stack;		     /* number of its RECORD_STACK; 0: there is none */
};

struct record_exec {
	struct record_head head;
	__u32 tgid;
	__s32 result; /* 0 or -errno */
	__u64 edge[EXEC_EDGE_COUNT];
	__u64 counted; /* the following, from the birth on, holds */
	struct cow_counts cow_child;
	struct cow_counts cow_parent;
};

struct record_death {
	struct record_head head;
	__u32 tgid;
	__u32 execs;		     /* execve calls that returned or failed */
	__s32 exec_result;	     /* of the first that succeeded, else of the last */
	__u32 counted;		     /* the COW counts were taken; else they hold anything */
	__u64 exec[EXEC_EDGE_COUNT]; /* of that one */
	__u64 edge[DEATH_EDGE_COUNT];
	/* From the birth until the child execed or ended, whichever came first. */
	struct cow_counts cow_child;
	struct cow_counts cow_parent;
};

struct record_life {
	struct record_head head;
	__u32 child_tgid;
	__u32 parent_tgid;
	__u32 parent_tid;
	__u32 method;
	__u32 execs; /* as in struct record_death */
	__s32 exec_result;
	__u64 clone_flags;
	__u64 edge[EDGE_COUNT];
};

/* The path and each argument end with a zero byte, but where they were cut. */
#define COMMAND_PATH_MAX 4096 /* PATH_MAX: whole */
#define COMMAND_ARGS_MAX 4096

struct record_command {
	struct record_head head;
	__u32 tgid;
	__u32 path_bytes;
	__u32 args_bytes; /* that are here, after the path */
	__u32 args_total; /* that there were */
	char text[COMMAND_PATH_MAX + COMMAND_ARGS_MAX];
};

/* Of the user stack so much is copied, in pieces that lie in one page each. */
#define STACK_BYTES	16384
#define STACK_PIECE	1024
#define STACK_REGISTERS 21 /* x86-64: struct pt_regs of include/uapi/asm/ptrace.h */

/* Taken in the call, of the caller. Beside head.tid, `number` makes it unique. */
struct record_stack {
	struct record_head head; /* tid: of the caller, not of the child */
	__u32 tgid;
	__u32 bytes;  /* of the stack that are here, whole pieces */
	__u64 number; /* not 0 */
	/* Which address space it is of: exec sets them, at random places. */
	__u64 start_code;
	__u64 end_code;
	__u64 start_stack;
	__u64 code_pages; /* that are mapped to be run: other ones after dlopen */
	__u64 base;	  /* address of the first byte; the stack pointer lies in the first piece */
	__u64 registers[STACK_REGISTERS]; /* all 0: none, a thread of the kernel's making */
	char stack[STACK_BYTES];
};

/* What a profile keeps to; a member that is 0 excludes nothing. Set before loading. */
struct birth_filter {
	char comm[16];	 /* of the parent */
	__u32 by_cgroup; /* the parent is in the cgroup of the map `wanted_cgroup`, or below it */
	__u32 by_uid;
	__u32 uid;
	__u32 methods;	 /* a bit for each enum clone_method */
	__u64 min_ns;	 /* of the call */
	__u64 min_pages; /* of the parent's RSS */
};

/* By what births are counted in the kernel. */
enum group_by {
	GROUP_BY_COMM,
	GROUP_BY_EXE,
	GROUP_BY_PID,
	GROUP_BY_CGROUP,
	GROUP_BY_STACK, /* by comm in the kernel; by the frames, which only the tool can name */
};

#define GROUPS_MAX 1024

/*
 * The kernel's own, in no header for programs: a signal was pending, and the call is made anew when
 * that is dealt with (include/linux/errno.h, copy_process in kernel/fork.c). No program sees it.
 */
#define ERESTARTNOINTR 513

struct group_key {
	__u64 id[2]; /* comm; inode and device; tgid; cgroup id */
	__u32 method;
	__u32 zero;
};

/* Right also where records were lost. */
struct group_counts {
	__u64 births;
	__u64 failures;
	__u64 lost;	/* of all three, those whose record found no room */
	__u64 restarts; /* results of -ERESTARTNOINTR, which are no failures */
};

/*
 * How the tool names a task whose clones are to be traced: the head of its slot in the map
 * `tasks`, at index tid modulo its size. The rest of the slot is the kernel side's own.
 */
struct slot_head {
	__u32 tid; /* 0: free */
	__u32 state;
};

#define TASK_TARGET 0x01

/* Counted in the kernel where they happen; read by the tool from the object's .bss. */
struct kernel_totals {
	__u64 births;	 /* clone calls that succeeded, of the tasks that are traced */
	__u64 failures;	 /* and that failed, but for `restarts` */
	__u64 execs;	 /* execve calls of children seen born */
	__u64 deaths;	 /* ends of children seen born */
	__u64 lost;	 /* records that found no room in the ring */
	__u64 untracked; /* children that found no room in the table of tasks */
	__u64 spilled;	 /* tasks that had to go to the overflow table, now */

	/* In a profile only. */
	__u64 newtasks; /* children that became visible: all of the machine, or of those traced */
	__u64 unplaced; /* of these, those whose parent found no room in the table of tasks */
	__u64 filtered; /* births, failures and restarts that the filter excludes */
	__u64 births_lost; /* births, failures and restarts among `lost` */
	__u64 ungrouped;   /* births, failures and restarts beyond GROUPS_MAX groups */
	__u64 unfollowed;  /* children that found no room among those to be followed */

	__u64 restarts; /* calls that a signal has the kernel make anew */
};

#endif
