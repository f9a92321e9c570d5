/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The records that the kernel side sends to the tool: at most three per process life, each complete
 * in itself, joined by the child's tid. Only user/probe and user/collect see them; files have a
 * format of their own.
 */
#pragma once

#include <linux/types.h>

#include "bpf/arch.h"
#include "bpf/phases.h"

/* In place of a helper's number, where programs call the kernel's bpf_rdonly_cast(). */
#define CAST_CALL 0x5ca57

/* Numbered explicitly; append only. */
enum record_kind {
	RECORD_BIRTH = 1,   /* a clone call returned or failed */
	RECORD_EXEC = 2,    /* an execve returned or failed */
	RECORD_DEATH = 3,   /* a process or thread ended */
	RECORD_LIFE = 4,    /* birth, exec and death in one, if nobody needs the birth earlier */
	RECORD_COMMAND = 5, /* path and arguments of an execve that succeeded */
	RECORD_STACK = 6,   /* user registers and stack of a clone's caller; in a ring of its own */
	RECORD_SYSCALLS = 7, /* the system calls of a child until its exec */
	RECORD_STALL = 8,    /* a thread waited for the mmap_lock of a process that forks */
};

/* Which libc function the clone flags stand for. */
enum clone_method {
	CLONE_METHOD_FORK = 1,	 /* a copy of the address space, nothing shared */
	CLONE_METHOD_VFORK = 2,	 /* CLONE_VM | CLONE_VFORK on the parent's stack */
	CLONE_METHOD_SPAWN = 3,	 /* CLONE_VM | CLONE_VFORK with a stack of its own: posix_spawn */
	CLONE_METHOD_THREAD = 4, /* CLONE_THREAD */
	CLONE_METHOD_OTHER = 5,	 /* any other combination */
};

/* A record carries the edges that EDGES gives it: so many, from its first in enum edge. */
enum edge_record { EDGE_IN_BIRTH, EDGE_IN_EXEC, EDGE_IN_DEATH };

enum {
#define X(name, record, brief) +(EDGE_IN_##record == EDGE_IN_BIRTH)
	BIRTH_EDGE_COUNT = EDGES(X),
#undef X
#define X(name, record, brief) +(EDGE_IN_##record == EDGE_IN_EXEC)
	EXEC_EDGE_COUNT = EDGES(X),
#undef X
	DEATH_EDGE_COUNT = EDGE_COUNT - BIRTH_EDGE_COUNT - EXEC_EDGE_COUNT,

	BIRTH_EDGE_FIRST = 0,
	EXEC_EDGE_FIRST = BIRTH_EDGE_COUNT,
	DEATH_EDGE_FIRST = BIRTH_EDGE_COUNT + EXEC_EDGE_COUNT,
};

#define X(name, record, brief)                                                                     \
	_Static_assert((unsigned int)EDGE_##name - record##_EDGE_FIRST <                           \
			       (unsigned int)record##_EDGE_COUNT,                                  \
		       "EDGES: the edges of " #record " stand together, BIRTH, EXEC, DEATH");
EDGES(X)
#undef X

struct record_head {
	__u32 kind;
	__u32 tid; /* the child's; 0 in a birth that failed */
};

/* Memory in pages, as the kernel counts it; page tables in bytes. */
struct mm_shape {
	__s64 rss_anon;
	__s64 rss_file;
	__s64 rss_shmem;
	__s64 page_table_bytes;
	__u32 vmas;
	__u32 known; /* 0: there was no mm */
};

struct cow_counts {
	__u64 ns;
	__u64 faults;
	__u64 copied;
	__u64 reused;
	__u64 huge;
};

#define EXE_NAME_MAX 32

/*
 * Edges are CLOCK_MONOTONIC ns. An edge that nothing marked is 0, or older than the birth: left by
 * the previous task of the slot. `off` has, for each, how long the task that marked it was off the
 * CPU until then, from any start: a difference of two edges of one task is off-CPU time.
 */
struct record_birth {
	struct record_head head;
	__u32 child_tgid;
	__u32 parent_tgid;
	__u32 parent_tid;
	__s32 result;  /* the child's tid, or -errno */
	__u32 method;  /* enum clone_method */
	__u32 counted; /* 0: the members after the edges are undefined */
	__u64 clone_flags;
	__u64 edge[BIRTH_EDGE_COUNT];
	__u64 off[BIRTH_EDGE_COUNT];
	__u32 parent_threads;
	__u32 parent_fds;
	__u64 copy_files_ns;
	__u64 copy_pages_ns;
	struct mm_shape parent; /* the parent's mm at the return */
	struct mm_shape copy;	/* the child's mm just after the copy; unknown with CLONE_VM */
	__u64 cgroup_id;
	char comm[16]; /* the parent's */
	/* In a profile only: who the parent is. */
	__u64 exe_inode; /* its executable's; 0 for a kernel thread */
	__u32 exe_device;
	__u32 uid;
	char exe_name[EXE_NAME_MAX]; /* file name of that executable */
	__u64 stack;		     /* number of its RECORD_STACK; 0: none */
};

struct record_exec {
	struct record_head head;
	__u32 tgid;
	__s32 result; /* 0 or -errno */
	__u64 edge[EXEC_EDGE_COUNT];
	__u64 off[EXEC_EDGE_COUNT];
	/* From the birth until this exec; undefined if `counted` is 0. */
	__u64 counted;
	struct cow_counts cow_child;
	struct cow_counts cow_parent;
};

struct record_death {
	struct record_head head;
	__u32 tgid;
	__u32 execs;		     /* execve calls that returned or failed */
	__s32 exec_result;	     /* of the first that succeeded, else of the last */
	__u32 counted;		     /* 0: the COW counts are undefined */
	__u64 exec[EXEC_EDGE_COUNT]; /* of the same execve */
	__u64 exec_off[EXEC_EDGE_COUNT];
	__u64 edge[DEATH_EDGE_COUNT];
	__u64 off[DEATH_EDGE_COUNT];
	/* From the birth until the child's exec or end, whichever comes first. */
	struct cow_counts cow_child;
	struct cow_counts cow_parent;
};

struct record_life {
	struct record_head head;
	__u32 child_tgid;
	__u32 parent_tgid;
	__u32 parent_tid;
	__u32 method;
	__u32 execs; /* this and exec_result: see struct record_death */
	__s32 exec_result;
	__u64 clone_flags;
	__u64 edge[EDGE_COUNT];
	/* 0: the task never left the CPU, and `off` is undefined, */
	__u32 born_was_off; /* at the edges of the birth */
	__u32 was_off;	    /* at the others */
	__u64 off[EDGE_COUNT];
};

/* The path and each argument end with a zero byte, unless they were cut. */
#define COMMAND_PATH_MAX 4096 /* PATH_MAX: never cut */
#define COMMAND_ARGS_MAX 4096

struct record_command {
	struct record_head head;
	__u32 tgid;
	__u32 path_bytes;
	__u32 args_bytes; /* in `text`, after the path */
	__u32 args_total; /* before the cut */
	char text[COMMAND_PATH_MAX + COMMAND_ARGS_MAX];
};

/* Kinds of system calls that are counted apart for one child; glibc's children make some ten. */
#define SYSCALL_KINDS 16

/* In place of a number: calls from 32-bit code, whose numbers differ. */
#define SYSCALL_COMPAT (~0u)

struct syscall_kind {
	__u32 nr; /* the system call's number, or SYSCALL_COMPAT */
	__u32 n;  /* 0: unused */
};

/* The execve that succeeded is not among them. It comes before the record of that. */
struct record_syscalls {
	struct record_head head;
	__u32 total;
	__u32 others; /* of the total: of further kinds */
	struct syscall_kind kind[SYSCALL_KINDS];
};

/* In a profile, of the birth that this thread's clone, which was entered then, makes. */
struct record_stall {
	struct record_head head; /* tid: 0 */
	__u32 parent_tid;
	__u32 zero;
	__u64 clone_enter;
	__u64 wait_ns;
};

/* How much of the user stack is copied, in pieces that do not cross a page. */
#define STACK_BYTES 16384
#define STACK_PIECE 1024

/* The caller's, taken during the clone. tid and number together are unique. */
struct record_stack {
	struct record_head head; /* tid: the caller's, not the child's */
	__u32 tgid;
	__u32 bytes;  /* of the stack that were copied, in whole pieces */
	__u64 number; /* not 0 */
	/* These identify the address space: exec sets them, at random addresses. */
	__u64 start_code;
	__u64 end_code;
	__u64 start_stack;
	__u64 code_pages; /* mapped executable (exec_vm): changes with dlopen() */
	__u64 base;	  /* address of stack[0]; the stack pointer is in the first piece */
	__u64 registers[STACK_REGISTERS]; /* all 0: a thread that the kernel made */
	char stack[STACK_BYTES];
};

/* Which births a profile records; a member that is 0 excludes none. Set before loading. */
struct birth_filter {
	char comm[16];	 /* the parent's */
	__u32 by_cgroup; /* the parent is in or below the cgroup of the map `wanted_cgroup` */
	__u32 by_uid;
	__u32 uid;
	__u32 methods;	 /* a bit for each enum clone_method */
	__u64 min_ns;	 /* length of the call */
	__u64 min_pages; /* the parent's RSS */
};

/* The key by which the kernel side counts births that were lost. */
enum group_by {
	GROUP_BY_COMM,
	GROUP_BY_EXE,
	GROUP_BY_PID,
	GROUP_BY_CGROUP,
	GROUP_BY_STACK, /* by comm in the kernel; the tool then groups by frames */
};

#define GROUPS_MAX 1024

/*
 * Internal to the kernel (include/linux/errno.h): copy_process() returns it if a signal is pending,
 * and the call is restarted after the signal. User space never sees it.
 */
#define ERESTARTNOINTR 513

struct group_key {
	__u64 id[2]; /* comm; inode and device; tgid; cgroup id */
	__u32 method;
	__u32 zero;
};

/* Of the kernel side only those whose record found no room; of a group in the tool, all. */
struct group_counts {
	__u64 births;
	__u64 failures;
	__u64 lost;	/* of these three, those whose record found no room */
	__u64 restarts; /* calls that returned -ERESTARTNOINTR; not failures */
};

/*
 * Of a bench, a power of two: enough for a parent, its child and their children, small enough to
 * stay in the cache.
 */
#define BENCH_SLOTS 512

/*
 * The tool writes this to trace a task's clones: the head of the task's slot in a bench's
 * `bench_tasks`, at index tid modulo BENCH_SLOTS. The rest of the slot belongs to the kernel side.
 */
struct slot_head {
	__u32 tid; /* 0: free */
	__u32 state;
	__u32 tgid;
};

#define TASK_TARGET 0x01

/* Counted where they happen; the tool reads them in the object's .bss. */
struct kernel_totals {
	__u64 lost;	 /* records that found no room in the ring */
	__u64 untracked; /* children that found no room in the table of tasks */
	__u64 spilled;	 /* tasks in the overflow table now */

	/* In a profile only. */
	__u64 births;	   /* clone calls of traced tasks that succeeded */
	__u64 restarts;	   /* and that the kernel restarts after a signal */
	__u64 newtasks;	   /* children that were woken, of all tasks or of those traced */
	__u64 unplaced;	   /* of these, those whose parent found no room in the table of tasks */
	__u64 filtered;	   /* births, failures and restarts that the filter excluded */
	__u64 births_lost; /* births, failures and restarts among `lost` */
	__u64 ungrouped;   /* of these, those beyond GROUPS_MAX groups */
	__u64 unfollowed;  /* children that found no room in the map `followed` */
};
